"""How a command ends when its engine does not start, or dies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from idetex_plugin.cli.exits import Exit, stop

if TYPE_CHECKING:
    from idetex_plugin.assessing.assessor import Assessor


@contextmanager
def engine_faults(assessors: Sequence[Assessor]) -> Iterator[None]:
    """Leave with `Exit.ENGINE` for what an assessor's engine raises at its start or later; let all else pass.

    assessors: more may come while it lasts."""
    from idetex_plugin.engines.base import EngineDeadError

    try:
        yield
    except EngineDeadError as error:
        stop(error, Exit.ENGINE)
    except Exception as error:
        if not any(error is assessor.engine_failure for assessor in assessors):
            raise
        named = isinstance(error, ImportError | OSError | ValueError)
        stop(str(error) if named else f"{type(error).__name__}: {error}", Exit.ENGINE)
