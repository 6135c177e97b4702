"""Whether a service can be used: requests pass while it is well, wait while it is not, and end when it stays away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf

from idetex_plugin.engines.faults import AwayError, ServiceError, Trouble, TroubleError, UnclearError
from idetex_plugin.engines.retries import Backoff

log = logging.getLogger(__name__)
PATIENCE = 300.0
HARD_PATIENCE = 20.0
SAY_EVERY = 30.0


@dataclass(frozen=True, slots=True)
class Company:
    """What a service has to know of others that may do its work.

    none_since: since when (a time of the event loop) none of them all has been well; None while one is. tell: called
    when this one's state has changed.
    """

    none_since: Callable[[], float | None]
    tell: Callable[[], None]


class Service:
    """The state of one service, for one event loop.

    Alone, it holds requests while it is not well, and is given up for good. In company, it sends them away with an
    AwayError, is given up only while none is well, and is tried again for ever: `error` is then what it would end with.

    name: for messages. check: asks the service whether it is well; raises TroubleError or UnclearError if not.
    patience: seconds without one answer after which it is given up; at most `HARD_PATIENCE` for troubles that waiting
    seldom heals, such as a key that is refused.
    """

    def __init__(
        self, name: str, check: Callable[[], Awaitable[None]], *, patience: float, backoff: Backoff,
        company: Company | None = None,
    ) -> None:
        self._name, self._check, self._patience, self._backoff = name, check, patience, backoff
        self._company, self._trouble = company, TroubleError(Trouble.DOWN, "")
        self._open = asyncio.Event()
        self._open.set()
        self._recovery: asyncio.Task[None] | None = None
        self._since: float | None = None
        self._well_at = float("-inf")
        self._looking: asyncio.Task[TroubleError | None] | None = None
        self.error: ServiceError | None = None

    @property
    def well(self) -> bool:
        """Whether requests may pass."""
        return self._open.is_set() and self.error is None

    async def ready(self) -> None:
        """Wait until requests may pass. Raises ServiceError when the service has been given up, AwayError in company
        while it is not well."""
        if self._company is not None and not self.well:
            raise AwayError(self._trouble)
        await self._open.wait()
        if self.error is not None:
            raise self.error

    def answered(self) -> None:
        """Note that a request has been answered. One that was under way as trouble began puts off the end alone."""
        self._since = None if self._recovery is None else _now()
        self._well_at = _now()

    async def trip(self, trouble: TroubleError) -> None:
        """Hold all requests, or send them away, until the service is well again. Raises as `ready`."""
        if self._recovery is None and self.error is None:
            self._open.clear()
            self._trouble = trouble
            self._since = self._since or _now()
            self._recovery = asyncio.create_task(self._recover(trouble))
            self._tell()
        await self.ready()

    async def is_well(self, since: float) -> bool:
        """Whether the service is well, asked now unless it has answered since then (a time of the event loop).

        If it is not, waits until it is again. Raises as `ready`.
        """
        if self._recovery is None and self._well_at >= since:
            return True
        if self._recovery is None:
            if self._looking is None:
                self._looking = asyncio.create_task(self._look())
            looking = self._looking
            trouble = await asyncio.shield(looking)
            if self._looking is looking:
                self._looking = None
            if trouble is None:
                return True
            await self.trip(trouble)
        await self.ready()
        return False

    async def close(self) -> None:
        """End what runs in the background."""
        for task in (self._recovery, self._looking):
            if task is not None:
                task.cancel()

    async def _look(self) -> TroubleError | None:
        try:
            await self._check()
        except TroubleError as error:
            return error
        except UnclearError as error:
            return TroubleError(Trouble.BROKEN, error.failure.message, error.status)
        self._well_at = _now()
        return None

    async def _recover(self, trouble: TroubleError) -> None:
        tried, said = 0, float("-inf")
        try:
            while True:
                heals = trouble.trouble.heals
                patience = self._patience if heals else min(self._patience, HARD_PATIENCE)
                left = self._patient_since() + patience - _now()
                wait = self._backoff.wait(tried, trouble.asked)
                given_up = left <= 0 or (trouble.asked is not None and wait > left)
                self.error = self._given_up(trouble, patience, wait) if given_up else None
                if given_up:
                    self._tell()
                    if self._company is None:
                        return
                    wait, left = min(wait, SAY_EVERY), inf
                if wait >= 1 and _now() - said >= SAY_EVERY:
                    said = _now()
                    how_long = f"waiting, at most {left:.0f} s" if left < inf else "it is tried again"
                    log.warning("%s: %s; %s", self._name, trouble.failure.message, how_long)
                await asyncio.sleep(min(wait, left))
                tried += 1
                found = await self._look()
                if found is None:
                    if said > float("-inf"):
                        log.warning("%s answers again", self._name)
                    self.error = None
                    return
                trouble = self._trouble = found
        finally:
            self._recovery = None
            self._open.set()
            self._tell()

    def _patient_since(self) -> float:
        """Since when nothing has been answered; in company, by none."""
        if self._company is None:
            return self._since if self._since is not None else _now()
        since = self._company.none_since()
        return inf if since is None else since

    def _tell(self) -> None:
        if self._company is not None:
            self._company.tell()

    def _given_up(self, trouble: TroubleError, patience: float, wait: float) -> ServiceError:
        message = f"{self._name}: {trouble.failure.message}"
        if trouble.asked is not None and wait > patience:
            message += f" (it asks for {wait:.0f} s, and --wait-for-server is {patience:.0f} s)"
        elif patience > 0:
            message += f" (no answer for {patience:.0f} s)"
        return ServiceError(trouble.trouble, message)


def _now() -> float:
    return asyncio.get_running_loop().time()
