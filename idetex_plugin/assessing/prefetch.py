"""A lazy, ordered map over threads with a bounded number of items on the way."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def prefetch(function: Callable[[T], R], items: Iterable[T], pool: Executor, ahead: int) -> Iterator[R]:
    """Yield function(item) for every item, in order, with at most `ahead` (>= 1) of them started before their turn.

    `items` is pulled in the thread that pulls the results. An error of the function or of the iterable is raised in its
    turn. Closing the iterator cancels what has not started.
    """
    started: deque[Future[R]] = deque()
    source = iter(items)
    error: Exception | None = None
    try:
        while True:
            try:
                item = next(source)
            except StopIteration:
                break
            except Exception as late:
                error = late
                break
            started.append(pool.submit(function, item))
            if len(started) >= ahead:
                yield started.popleft().result()
        while started:
            yield started.popleft().result()
        if error is not None:
            raise error
    finally:
        for future in started:
            future.cancel()
