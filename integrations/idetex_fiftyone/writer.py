"""Writes values by sample id, many at once."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

CHUNK = 32


class Writer:
    """Collects values and writes them to the dataset in chunks, and what is left at the end, even after errors.

    declare: declares the fields again. It is called when one of them is gone, which another process can cause by adding
    or deleting fields of its own.
    """

    def __init__(self, dataset: Any, declare: Callable[[], None]) -> None:
        self._dataset, self._declare = dataset, declare
        self._waiting: dict[str, dict[str, Any]] = {}

    def write(self, sample: str, values: dict[str, Any]) -> None:
        """Write these fields of a sample, soon."""
        self._waiting[sample] = values
        if len(self._waiting) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Write now. The last field is written last: it says that the sample is done."""
        waiting, self._waiting = self._waiting, {}
        names = dict.fromkeys(name for values in waiting.values() for name in values)
        for name in names:
            column = {sample: values[name] for sample, values in waiting.items() if name in values}
            try:
                self._set(name, column)
            except (KeyError, ValueError):
                self._declare()
                self._set(name, column)

    def _set(self, name: str, column: dict[str, Any]) -> None:
        self._dataset.set_values(name, column, key_field="id", dynamic=False, expand_schema=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.flush()
