"""How many requests are under way at once: more while answers stay fast, half as many when the server is too busy."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

FLAT = 1.5
CALM_SECONDS = 1.0
SMOOTH = 0.05


class Slots:
    """A limit that adapts between 1 and `most`, beginning at `start`: additive increase, multiplicative decrease.

    It rises by one for every `limit` answers while the slots are all taken and the time of an answer stays below
    1.5 times the lowest it has been. It halves when `fall` is called, at most once a second. For one event loop.
    """

    def __init__(self, start: int, most: int) -> None:
        self._limit, self._most = float(start), most
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._typical: float | None = None
        self._lowest = float("inf")
        self._fell = -CALM_SECONDS
        self.taken = 0

    @property
    def limit(self) -> int:
        """Requests that may be under way."""
        return int(self._limit)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold a slot; waits for a free one."""
        if self.taken >= self.limit:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._leave()
                raise
        else:
            self.taken += 1
        try:
            yield
        finally:
            self._leave()

    def answered(self, seconds: float) -> None:
        """Note a request that was answered after so long."""
        before = seconds if self._typical is None else self._typical
        self._typical = before + SMOOTH * (seconds - before)
        self._lowest = min(self._lowest, self._typical)
        if self.taken >= self.limit and self._typical <= FLAT * self._lowest:
            self._limit = min(self._limit + 1 / self._limit, float(self._most))
            self._fill()

    def fall(self) -> None:
        """Halve the limit: the server has said that it is too busy."""
        if time.monotonic() - self._fell >= CALM_SECONDS:
            self._fell = time.monotonic()
            self._limit = max(1.0, self._limit / 2)

    def _leave(self) -> None:
        self.taken -= 1
        self._fill()

    def _fill(self) -> None:
        while self._waiting and self.taken < self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self.taken += 1
                turn.set_result(None)
