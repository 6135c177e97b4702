"""Items of a stream that are under way in a loop's thread."""

from __future__ import annotations

import queue
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from idetex_plugin.engines.base import Key
from idetex_plugin.engines.loop import LoopThread

Answer = TypeVar("Answer")


class Window(Generic[Key, Answer]):
    """`busy` is how many requests the items under way hold together."""

    def __init__(self, loop: LoopThread) -> None:
        self.busy = 0
        self._loop = loop
        self._done: queue.SimpleQueue[tuple[Key, int, Future[Answer]]] = queue.SimpleQueue()
        self._open: set[Future[Answer]] = set()

    def __len__(self) -> int:
        """Items under way."""
        return len(self._open)

    def start(self, key: Key, requests: int, work: Coroutine[Any, Any, Answer]) -> None:
        """Begin an item of so many requests."""
        future = self._loop.submit(work)
        self._open.add(future)
        self.busy += requests
        future.add_done_callback(lambda done: self._done.put((key, requests, done)))

    def next(self) -> tuple[Key, Answer]:
        """Wait for an item to finish. Raises what its work has raised."""
        key, requests, future = self._done.get()
        self._open.discard(future)
        self.busy -= requests
        return key, future.result()

    def cancel(self) -> None:
        """Drop what is still under way."""
        for future in self._open:
            future.cancel()
