"""Finding photos while the first of them are assessed: one walk, read ahead in a thread, counted as it goes."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Generic, TypeVar

Found = TypeVar("Found")
AHEAD = 10_000


class ReadAhead(Generic[Found]):
    """An iterable over what another gives, read at most `ahead` items ahead. Iterate it once.

    `found` counts what was read; `total` is that count once everything was, and None until then. An error of the source
    is raised in its turn. `close` ends the reading, and so does the end of the iteration.
    """

    def __init__(self, items: Iterable[Found], ahead: int = AHEAD) -> None:
        self.found = 0
        self.total: int | None = None
        self._queue: queue.Queue[Found | None] = queue.Queue(ahead)
        self._error: BaseException | None = None
        self._closed = threading.Event()
        self._rest = self._items()
        self._thread = threading.Thread(target=self._read, args=(items,), name="idetex-find", daemon=True)
        self._thread.start()

    def peek(self) -> bool:
        """Whether there is anything at all; waits for the first item. Raises what the source raises before it."""
        for first in self._items():
            self._rest = chain([first], self._items())
            return True
        return False

    def __iter__(self) -> Iterator[Found]:
        try:
            yield from self._rest
        finally:
            self.close()

    def close(self) -> None:
        """End the reading. Idempotent."""
        self._closed.set()

    def _items(self) -> Iterator[Found]:
        while (item := self._queue.get()) is not None:
            yield item
        self._queue.put(None)
        if self._error is not None:
            raise self._error

    def _read(self, items: Iterable[Found]) -> None:
        try:
            for item in items:
                self.found += 1
                if not self._give(item):
                    return
            self.total = self.found
        except BaseException as error:
            self._error = error
        self._give(None)

    def _give(self, item: Found | None) -> bool:
        while not self._closed.is_set():
            try:
                self._queue.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False
