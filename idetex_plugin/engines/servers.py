"""Several servers of one model as one: who gets a photo, who rests, and whether they all serve the same."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any

from PIL import Image

from idetex_plugin.engines.address import Address
from idetex_plugin.engines.base import EngineDeadError
from idetex_plugin.engines.client import Line
from idetex_plugin.engines.faults import AwayError, Trouble, UnansweredError
from idetex_plugin.engines.loop import together
from idetex_plugin.engines.pictures import Picture, picture
from idetex_plugin.engines.prompts import failed
from idetex_plugin.engines.retries import Backoff
from idetex_plugin.engines.served import Served
from idetex_plugin.engines.served_template import TemplateError
from idetex_plugin.engines.service import Company
from idetex_plugin.engines.session import ServerSession
from idetex_plugin.engines.slots import Slots
from idetex_plugin.words.card import Card
from idetex_plugin.words.request import Reply, Request

log = logging.getLogger(__name__)
SLOTS = 64
MOST_SLOTS = 256


class Servers:
    """Answers each photo's requests by the server that has the least to do for its slots.

    A photo stays with one server, which then sees its pictures once. When that server cannot be used, the photo is
    asked from the start of another; the server gets no more until it is well again. Only when none is well do photos
    wait, and when that lasts, all end. One server alone is waited for in place. For one event loop.
    """

    def __init__(
        self, card: Card, urls: Sequence[str], encoders: Executor, *, model: str | None, slots: int | None,
        timeout: float, backoff: Backoff,
    ) -> None:
        if not urls:
            raise ValueError("the server engine needs the server's url, such as http://127.0.0.1:8000")
        self._card, self._encoders, self._model, self._backoff = card, encoders, model, backoff
        self._start, self._most = slots or SLOTS, slots or MOST_SLOTS
        addresses = {address.url: address for address in map(Address.of, urls)}
        self._lines = tuple(Line(each, timeout=timeout, most=self._most) for each in addresses.values())
        self._sessions: list[ServerSession] = []
        self._news = asyncio.Event()
        self._none_since: float | None = None
        self._company = Company(lambda: self._none_since, self._tell) if len(self._lines) > 1 else None
        self._joining: list[asyncio.Task[None]] = []

    async def begin(self, wait: float | None) -> None:
        """Find the model at every server that answers; the others may join later.

        Raises ValueError when they serve different models or another than the card's, TemplateError, and ServiceError
        when none can be used.
        """
        begun = await asyncio.gather(*(self._begin(line, wait) for line in self._lines), return_exceptions=True)
        late = []
        for line, found in zip(self._lines, begun, strict=True):
            if isinstance(found, ServerSession):
                self._take(line, found)
            elif isinstance(found, EngineDeadError | UnansweredError):
                late.append((line, found))
            else:
                raise found
        if not self._sessions:
            raise late[0][1]
        for line, error in late:
            log.warning("%s; the other servers begin, and it is tried again", error)
            self._joining.append(asyncio.create_task(self._join(line)))

    @property
    def served(self) -> Served:
        """What they serve; of several, the version is that of the first."""
        return self._sessions[0].served if self._sessions else Served("")

    @property
    def slots(self) -> int:
        """Requests that may be under way at once, at present, at all servers that are well."""
        limits = [(each.limit, each.well) for each in self._sessions]
        return sum(limit for limit, well in limits if well) or max(limit for limit, _ in limits)

    @property
    def sent(self) -> int:
        """Bytes of all requests so far, without their headers."""
        return sum(line.sent for line in self._lines)

    def weight(self, requests: int) -> int:
        """How many slots a photo of so many requests takes on average: with names, the first goes before the others."""
        return max(1, requests // 3) if all(session.names_pictures for session in self._sessions) else requests

    async def answer_all(self, requests: Sequence[Request]) -> tuple[Reply, ...]:
        """The replies of one photo. Raises ServiceError when no server can be used any more."""
        pictures = await self._encoded(requests)
        moved = 0
        while True:
            session = await self._freest()
            session.busy += len(requests)
            try:
                return await session.answer_all(requests, pictures)
            except AwayError as away:
                trouble = away.trouble
                moved += trouble.trouble not in {Trouble.BUSY, Trouble.DOWN}
                if moved >= self._backoff.tries:
                    return tuple(failed(trouble.failure.reason, trouble.failure.message) for _ in requests)
            finally:
                session.busy -= len(requests)

    async def close(self) -> None:
        """Close the connections."""
        for line in self._lines:
            await line.close()

    async def _freest(self) -> ServerSession:
        while True:
            well = [session for session in self._sessions if session.well]
            if well:
                return min(well, key=lambda session: session.busy / session.limit)
            if self._company is None:
                return self._sessions[0]
            errors = [session.error for session in self._sessions]
            if all(errors) and errors[0] is not None:
                raise errors[0]
            self._news.clear()
            await self._news.wait()

    async def _encoded(self, requests: Sequence[Request]) -> dict[int, Picture]:
        shown = {id(image): (image, request.coded) for request in requests for image in request.images}
        made = await together(*(self._encode(*each) for each in shown.values()))
        return dict(zip(shown, made, strict=True))

    async def _encode(self, image: Image.Image, coded: bytes | None) -> Picture:
        return await asyncio.get_running_loop().run_in_executor(self._encoders, picture, image, coded)

    async def _begin(self, line: Line, wait: float | None) -> ServerSession:
        slots = Slots(self._start, self._most)
        options: dict[str, Any] = {"backoff": self._backoff, "wait": wait, "company": self._company}
        try:
            return await ServerSession.begin(self._card, line, slots, self._model, **options)
        except AwayError as away:
            raise away.trouble from None

    def _take(self, line: Line, session: ServerSession) -> None:
        if self._sessions and session.served.identity != self.served.identity:
            first, name = self._lines[0].address.name, line.address.name
            raise ValueError(
                f"{name} serves {session.served.words}, and {first} {self.served.words}: servers that work together "
                "have to serve the same model under the same name"
            )
        self._sessions.append(session)
        self._tell()

    async def _join(self, line: Line) -> None:
        """Try a server that was not there at the start until it serves the same model."""
        tried, said = 0, ""
        while True:
            await asyncio.sleep(self._backoff.wait(tried))
            tried += 1
            try:
                self._take(line, await self._begin(line, 0))
            except (ValueError, TemplateError) as error:
                if str(error) != said:
                    said = str(error)
                    log.warning("%s; it is not used, and tried again", said)
            except (EngineDeadError, UnansweredError):
                continue
            else:
                log.warning("%s answers and takes part", line.address.name)
                return

    def _tell(self) -> None:
        if any(session.well for session in self._sessions):
            self._none_since = None
        elif self._none_since is None:
            self._none_since = asyncio.get_running_loop().time()
        self._news.set()
