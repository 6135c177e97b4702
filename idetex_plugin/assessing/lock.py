"""The lock of a stream, which knows the thread that holds it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class StreamLock:
    """One user at a time. Waits for other threads; refuses the thread that holds it, which would wait for itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner: int | None = None

    def __enter__(self) -> None:
        if self._owner == threading.get_ident():
            raise RuntimeError("a stream is already running in this thread: finish or close it first")
        self._lock.acquire()
        self._owner = threading.get_ident()

    def __exit__(self, *_: object) -> None:
        self._owner = None
        self._lock.release()

    @contextmanager
    def or_mine(self) -> Iterator[None]:
        """Like entering, but goes ahead when this thread holds the lock."""
        if self._owner == threading.get_ident():
            yield
            return
        with self:
            yield
