"""Asking one server until it answers: tries, waits, slots, and whether it still serves the same model."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Self

from PIL import Image

from idetex_plugin.engines import wire
from idetex_plugin.engines.client import Line
from idetex_plugin.engines.faults import (
    AwayError,
    ServiceError,
    Trouble,
    TroubleError,
    UnansweredError,
    UnclearError,
    error_message,
)
from idetex_plugin.engines.pictures import pack, picture
from idetex_plugin.engines.retries import Backoff
from idetex_plugin.engines.served import Served, choose, models
from idetex_plugin.engines.service import PATIENCE, Company, Service
from idetex_plugin.engines.slots import Slots
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.request import Request

COMPLETIONS = "/v1/chat/completions"
TRIES_AFTER_TIMEOUT = 2
CHECK_SECONDS = 30.0
BROKEN_OFF = frozenset({"abort", "error"})
PROBE = Request("Is this grey?", (Image.new("RGB", (64, 64), (128, 128, 128)),), max_tokens=1)


class Asking:
    """Requests to one model of one server. Made by `begin`; everything runs in the line's event loop."""

    def __init__(self, line: Line, slots: Slots, backoff: Backoff) -> None:
        self._line, self._slots, self._backoff = line, slots, backoff
        self._called: str | None = None
        self._probe: list[bytes] = []
        self._watch: asyncio.Task[None] | None = None
        self.served = Served("")
        self._service = Service(line.address.name, self._begin_check, patience=0, backoff=backoff)

    @classmethod
    async def begin(
        cls, line: Line, slots: Slots, card: Card, wanted: str | None, *, backoff: Backoff, wait: float | None,
        company: Company | None = None,
    ) -> Self:
        """Find the card's model at the server, waiting for the server if `wait` is given, in seconds.

        company: the other servers that may be asked instead, once this one has begun.
        Raises ServiceError when it cannot be used, and ValueError when it serves something else.
        """
        self = cls(line, slots, backoff)
        name = line.address.name
        self._service = Service(name, self._begin_check, patience=wait or 0, backoff=backoff)
        answer = await self.ask("GET", "/v1/models")
        self.served = choose(models(answer, await self._version()), card, wanted, name)
        patience = PATIENCE if wait is None else wait
        self._service = Service(name, self._check, patience=patience, backoff=backoff, company=company)
        self._watch = asyncio.create_task(self._keep_watch())
        return self

    @property
    def well(self) -> bool:
        """Whether the server can be asked now."""
        return self._service.well

    @property
    def error(self) -> ServiceError | None:
        """Why the server has been given up, if it has."""
        return self._service.error

    async def complete(self, body: Sequence[bytes], *, tries: int | None = None) -> Mapping[str, Any]:
        """The chat completion of this body. Raises as `ask`."""
        while True:
            answer = await self.ask("POST", COMPLETIONS, body, tries=tries)
            try:
                self._same_voice(answer)
            except TroubleError as error:
                await self._service.trip(error)
            else:
                return answer

    async def ask(
        self, method: str, path: str, body: Sequence[bytes] = (), *, spare: Collection[int] = (),
        tries: int | None = None,
    ) -> Mapping[str, Any]:
        """The server's JSON object, after as many tries as it takes.

        spare: statuses that say that the server does not offer this path, and nothing about its health.
        tries: how often it is sent while the server is well; by default as the back-off says.
        Raises UnansweredError when the request itself is at fault, ServiceError when the service is, and AwayError
        when another server is to be asked.
        """
        tried = 0
        while True:
            await self._service.ready()
            began = asyncio.get_running_loop().time()
            try:
                return await self._once(method, path, body)
            except TroubleError as error:
                if error.status in spare:
                    raise
                if error.trouble is Trouble.BUSY:
                    self._slots.fall()
                tried += error.trouble not in {Trouble.BUSY, Trouble.DOWN}
                if tried >= self._backoff.tries:
                    raise
                await self._service.trip(error)
            except UnclearError as error:
                tried += 1
                most = tries or self._backoff.tries
                if error.failure.reason is Reason.TIMEOUT:
                    self._slots.fall()
                    most = min(most, TRIES_AFTER_TIMEOUT)
                well = await self._service.is_well(began)
                if tried >= (most if well else 2 * most):
                    raise
                if well:
                    await asyncio.sleep(self._backoff.wait(tried))

    async def _once(self, method: str, path: str, body: Sequence[bytes]) -> Mapping[str, Any]:
        async with self._slots.one():
            loop = asyncio.get_running_loop()
            began = loop.time()
            answer = await self._line.once(method, path, body)
            if path == COMPLETIONS:
                check_whole(answer)
                self._slots.answered(loop.time() - began)
            self._service.answered()
            return answer

    async def _begin_check(self) -> None:
        await self._line.once("GET", "/v1/models", timeout=CHECK_SECONDS)

    async def _check(self) -> None:
        """Raise when the server does not serve the same model, or does not answer a small question about a picture."""
        await self._same_model()
        if not self._probe:
            shown = picture(PROBE.images[0])
            self._probe = pack(wire.body(PROBE, self.served.name, [shown.part]), [shown])
        seconds = min(CHECK_SECONDS, self._line.timeout)
        try:
            answer = await self._line.once("POST", COMPLETIONS, self._probe, timeout=seconds)
            check_whole(answer)
        except (TroubleError, UnclearError):
            raise
        except UnansweredError:
            return  # it has looked at the question and refuses it: it works
        self._same_voice(answer)

    def _same_voice(self, answer: Mapping[str, Any]) -> None:
        """Raise when an answer names another model than the first one did."""
        called = str(answer.get("model") or "")
        self._called = self._called or called
        if called and called != self._called:
            raise self._other(f"its answers come from {called!r}, earlier ones from {self._called!r}")

    async def _same_model(self) -> None:
        served = models(await self._line.once("GET", "/v1/models", timeout=CHECK_SECONDS))
        if not any(one.identity == self.served.identity for one in served):
            raise self._other(f"it serves {', '.join(one.words for one in served) or 'nothing'}")

    def _other(self, found: str) -> TroubleError:
        return TroubleError(Trouble.OTHER_MODEL, f"the run was begun with {self.served.words}; now {found}")

    async def _keep_watch(self) -> None:
        """Look now and then whether the same model is served, for a server may be replaced between two requests."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self._same_model()
                continue
            except TroubleError as error:
                found = error
            except UnansweredError:
                continue
            if found.trouble is Trouble.OTHER_MODEL and found.status is None:
                try:
                    await self._service.trip(found)
                except AwayError:
                    continue
                except ServiceError:
                    return

    async def _version(self) -> str | None:
        try:
            answer = await self._line.once("GET", "/version", timeout=CHECK_SECONDS)
        except UnansweredError:
            return None
        return str(answer["version"]) if answer.get("version") else None


def check_whole(answer: Mapping[str, Any]) -> None:
    """Raise UnclearError for what a server sends with status 200 in place of a completion, or when it is shut down."""
    choices = answer.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(first, dict):
        words = f"the server's answer is no chat completion: {error_message(json.dumps(answer))}"
    elif first.get("finish_reason") in BROKEN_OFF:
        words = f"the server ended the reply with {first['finish_reason']!r}"
    else:
        return
    raise UnclearError(Failure(reason=Reason.ENGINE_ERROR, message=words), 200)
