"""The one stream: items prepared ahead in threads, asked through an engine, concluded. No barrier, bounded memory."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, TypeVar

from idetex_plugin.assessing.prefetch import prefetch
from idetex_plugin.engines.base import Engine
from idetex_plugin.words.request import Reply, Request

Key = TypeVar("Key")
Item = TypeVar("Item")
Result = TypeVar("Result")
HELD_BACK = 64


@dataclass(frozen=True, slots=True)
class Awaiting(Generic[Result]):
    """What an item needs an engine for. conclude: the result from one reply a request and the engine's name."""

    requests: tuple[Request, ...]
    conclude: Callable[[Sequence[Reply], str], Result]


@dataclass(frozen=True, slots=True)
class Ready(Generic[Result]):
    """The result of an item that needs no engine."""

    result: Result


Prepare = Callable[[Item], Awaiting[Result] | Ready[Result] | None]


class Stream(Generic[Key, Item, Result]):
    """One pass over (key, item) pairs; iterate it once for (key, result) pairs as they finish, in any order.

    prepare: called in the pool's threads, at most `ahead` items before their turn; None drops the item.
    engine: gives the engine; called when the first item that needs it is prepared, and never if none does.
    stopping: once set, no further item is taken; what is in flight still comes out.

    Results that need no engine come out at once while it does nothing. While it works they wait for its next one, at
    most `HELD_BACK` of them: then its window runs empty once, so that memory stays bounded.
    """

    def __init__(
        self,
        items: Iterable[tuple[Key, Item]],
        prepare: Prepare[Item, Result],
        engine: Callable[[], Engine],
        pool: Executor,
        *,
        ahead: int,
        stopping: threading.Event | None = None,
    ) -> None:
        self._prepare = prepare
        self._engine = engine
        self._stopping = stopping or threading.Event()
        self._prepared = prefetch(self._prepare_one, self._taken(items), pool, ahead)
        self._ready: deque[tuple[Key, Result]] = deque()
        self._pending: dict[int, tuple[Key, Awaiting[Result]]] = {}
        self._error: Exception | None = None
        self._count = 0

    def __iter__(self) -> Iterator[tuple[Key, Result]]:
        try:
            while (first := next(self._requests(1), None)) is not None or self._ready:
                if first is not None:
                    yield from self._segment(first)
                yield from self._hand_out()
            if self._error is not None:
                raise self._error
        finally:
            self._prepared.close()  # type: ignore[attr-defined]

    def _segment(self, first: tuple[int, tuple[Request, ...]]) -> Iterator[tuple[Key, Result]]:
        engine = self._engine()
        replies = engine.stream(chain([first], self._requests(HELD_BACK)))
        with closing(replies):  # type: ignore[type-var]
            for number, answers in replies:
                key, asking = self._pending.pop(number)
                yield key, asking.conclude(answers, engine.name)
                yield from self._hand_out()

    def _requests(self, held: int) -> Iterator[tuple[int, tuple[Request, ...]]]:
        """What the engine is asked, until so many results wait that need none."""
        while self._error is None and len(self._ready) < held and not self._stopping.is_set():
            try:
                prepared = next(self._prepared, None)
            except Exception as error:
                self._error = error
                return
            if prepared is None:
                return
            key, outcome = prepared
            if isinstance(outcome, Ready):
                self._ready.append((key, outcome.result))
            elif outcome is not None:
                self._count += 1
                self._pending[self._count] = key, outcome
                yield self._count, outcome.requests

    def _prepare_one(self, item: tuple[Key, Item]) -> tuple[Key, Awaiting[Result] | Ready[Result] | None]:
        return item[0], self._prepare(item[1])

    def _taken(self, items: Iterable[tuple[Key, Item]]) -> Iterator[tuple[Key, Any]]:
        for item in items:
            if self._stopping.is_set():
                return
            yield item

    def _hand_out(self) -> Iterator[tuple[Key, Result]]:
        while self._ready:
            yield self._ready.popleft()
