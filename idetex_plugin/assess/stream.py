"""The stream of photos through the engine: decoding ahead in threads, no barrier, bounded memory."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import closing
from itertools import chain
from typing import Any, Generic, TypeVar

from idetex_plugin.assess.examiner import Case, Examiner
from idetex_plugin.assess.prefetch import prefetch
from idetex_plugin.engines.base import Engine
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.request import Request

Key = TypeVar("Key")
Claim = Callable[[Any, str], bool]
HELD_BACK = 64


class Flow(Generic[Key]):
    """One pass over (key, source) pairs; iterate it once for (key, Assessment) pairs as they finish, in any order.

    engine: gives the engine; called when the first photo that needs it is ready, and never if none is.
    claim: called with (key, sha256) of every readable photo; False drops it from the stream.
    stopping: once set, no further source is taken; what is in flight still comes out.

    Photos that cannot be read do not touch the engine. They are held back until the engine's next result, at most
    `HELD_BACK` of them: then the engine's window runs empty once, so that memory stays bounded.
    """

    def __init__(
        self,
        items: Iterable[tuple[Key, Any]],
        examiner: Examiner,
        engine: Callable[[], Engine],
        pool: Executor,
        *,
        ahead: int,
        claim: Claim | None = None,
        stopping: threading.Event | None = None,
    ) -> None:
        self._examiner = examiner
        self._engine = engine
        self._claim = claim
        self._stopping = stopping or threading.Event()
        self._prepared = prefetch(self._prepare, self._taken(items), pool, ahead)
        self._refused: deque[tuple[Key, Assessment]] = deque()
        self._pending: dict[int, tuple[Key, Case]] = {}
        self._error: Exception | None = None
        self._count = 0

    def __iter__(self) -> Iterator[tuple[Key, Assessment]]:
        try:
            while (first := next(self._requests(), None)) is not None or self._refused:
                if first is not None:
                    yield from self._segment(first)
                yield from self._drain()
            if self._error is not None:
                raise self._error
        finally:
            self._prepared.close()  # type: ignore[attr-defined]

    def _segment(self, first: tuple[int, tuple[Request, ...]]) -> Iterator[tuple[Key, Assessment]]:
        engine = self._engine()
        replies = engine.stream(chain([first], self._requests()))
        with closing(replies):  # type: ignore[type-var]
            for number, answers in replies:
                key, case = self._pending.pop(number)
                yield key, self._examiner.conclude(case, answers, engine.name)
                yield from self._drain()

    def _requests(self) -> Iterator[tuple[int, tuple[Request, ...]]]:
        while self._error is None and len(self._refused) < HELD_BACK and not self._stopping.is_set():
            try:
                prepared = next(self._prepared, None)
            except Exception as error:
                self._error = error
                return
            if prepared is None:
                return
            key, result = prepared
            if isinstance(result, Assessment):
                self._refused.append((key, result))
            elif result is not None:
                self._count += 1
                self._pending[self._count] = key, result
                yield self._count, result.requests

    def _prepare(self, item: tuple[Key, Any]) -> tuple[Key, Case | Assessment | None]:
        key, source = item
        result = self._examiner.prepare(source)
        if isinstance(result, Case) and self._claim and result.info.sha256:
            return key, result if self._claim(key, result.info.sha256) else None
        return key, result

    def _taken(self, items: Iterable[tuple[Key, Any]]) -> Iterator[tuple[Key, Any]]:
        for item in items:
            if self._stopping.is_set():
                return
            yield item

    def _drain(self) -> Iterator[tuple[Key, Assessment]]:
        while self._refused:
            yield self._refused.popleft()
