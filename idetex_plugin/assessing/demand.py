"""An engine that starts when it is first needed."""

from __future__ import annotations

import logging
from collections.abc import Callable

from idetex_plugin.engines.base import Engine

log = logging.getLogger(__name__)


class EngineOnDemand:
    """make: gives an engine and why it is this one. own: whether it is closed here, or by who made it.

    choice: the engine's name and why, once it has been made. failure: what the last attempt to make it has raised.
    """

    def __init__(self, make: Callable[[], tuple[Engine, str]], *, own: bool) -> None:
        self._make, self._own = make, own
        self._engine: Engine | None = None
        self.choice: tuple[str, str] | None = None
        self.failure: Exception | None = None

    @property
    def runs(self) -> bool:
        """Whether it has been made and not been closed."""
        return self._engine is not None

    def start(self) -> Engine:
        """The engine, made if it has not been. Raises what making it raises."""
        if self._engine is None:
            try:
                self._engine, why = self._make()
            except Exception as error:
                self.failure = error
                raise
            self.choice = self._engine.name, why
            log.info("engine %s: %s", *self.choice)
        return self._engine

    def close(self) -> None:
        """Free an engine of its own, let go of any other. Idempotent."""
        engine, self._engine = self._engine, None
        if engine is not None and self._own:
            engine.close()
