"""Any OpenAI-compatible vLLM server: a sliding window of requests over HTTP.

Start it with --structured-outputs-config '{"backend": "xgrammar", "disable_any_whitespace": true}', or a model may fill
a JSON reply with blanks until it is cut off.

The server's checkpoint needs a chat template that says what the card's template says. Only pixels are sent, inside
the messages: a photo's own coded ones where they are what the model is shown, else as PNG. Choices are scored token by
token, as in the other engines, where the server tokenizes for its clients and reports the log-probabilities of chosen
tokens (vLLM does); elsewhere, and where one option begins another, the server's own constraint picks the option and
the probabilities stay unknown.

A request that the server refuses while it is healthy gives a reply with a failure. A server that is down, refuses the
key, is out of quota or serves another model is waited for; then the stream raises ServiceError.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from math import log
from typing import Any

from PIL import Image

from idetex_plugin.engines import wire
from idetex_plugin.engines.address import Address
from idetex_plugin.engines.asking import Asking
from idetex_plugin.engines.base import EngineDeadError, Key
from idetex_plugin.engines.choices import Choice, Fork, Ids
from idetex_plugin.engines.client import Line
from idetex_plugin.engines.faults import ServiceError, UnansweredError
from idetex_plugin.engines.pictures import Picture, pack, picture
from idetex_plugin.engines.prompts import failed, option_ids
from idetex_plugin.engines.retries import Backoff
from idetex_plugin.engines.served import Served
from idetex_plugin.engines.served_template import ServedTemplate, TemplateError, arguments
from idetex_plugin.engines.slots import Slots
from idetex_plugin.engines.speaking import generate, think
from idetex_plugin.engines.window import Window
from idetex_plugin.words.card import Card, Sampling
from idetex_plugin.words.failure import Reason
from idetex_plugin.words.request import Reply, Request, Token, sound

SLOTS = 64
MOST_SLOTS = 256
NOT_OFFERED = frozenset({400, 403, 404, 405, 422, 501})
NAMES_MISSED = 3
AHEAD = 1.5
"""Requests that are taken, as a share of the slots: pictures of those without a slot are encoded meanwhile."""
Pictures = Sequence[Picture]


class ServerEngine:
    """Talks to the server at `url`, such as "http://127.0.0.1:8000", with or without "/v1".

    model: the name under which the server serves the checkpoint; by default the model whose name or root is the
        card's checkpoint.
    slots: requests under way at once, at most; half as many again are prepared meanwhile. By default their number
        adapts: from 64 on it rises while answers stay fast, and falls when the server is too busy.
    timeout: seconds for one request, from the first byte sent to the last one received.
    wait: seconds to wait for a server that does not answer. None: 300 once it has answered, not at all before.
    The API key, if the server wants one, is read from the environment variable IDETEX_API_KEY alone.
    Raises ConnectionError when the server cannot be reached or refuses, ValueError for a URL that is not http(s) or a
    model that it does not serve.
    """

    name = "server"

    def __init__(
        self, card: Card, url: str, *, model: str | None = None, slots: int | None = None, timeout: float = 120.0,
        backoff: Backoff | None = None, wait: float | None = None,
    ) -> None:
        self.card = card
        self._line = Line(Address.of(url), timeout=timeout, most=slots or MOST_SLOTS)
        self._slots = Slots(slots or SLOTS, slots or MOST_SLOTS)
        self._encoders = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="idetex-encode")
        self._missed = 0
        self._trees: dict[tuple[str, tuple[str, ...]], Choice | None] = {}
        try:
            self._asking = self._line.submit(
                Asking.begin(self._line, self._slots, card, model, backoff=backoff or Backoff(), wait=wait)
            ).result()
            self._template = ServedTemplate(card, self.model, self._offered)
            if not card.thinking_tokens:
                self._line.submit(self._template.begin("")).result()
        except TemplateError as error:
            self.close()
            raise ValueError(str(error)) from None
        except (EngineDeadError, UnansweredError) as error:
            self.close()
            raise ConnectionError(f"{error}; --wait-for-server SECONDS waits for a server") from None
        except BaseException:
            self.close()
            raise

    @property
    def served(self) -> Served:
        """What the server serves, and is asked."""
        return self._asking.served

    @property
    def model(self) -> str:
        """The model's name at the server."""
        return self.served.name

    @property
    def slots(self) -> int:
        """Requests that may be under way at once, at present."""
        return self._slots.limit

    @property
    def bytes_sent(self) -> int:
        """Bytes of all requests so far, without their headers."""
        return self._line.sent

    def stream(self, items: Iterable[tuple[Key, Sequence[Request]]]) -> Iterator[tuple[Key, tuple[Reply, ...]]]:
        """See `Engine`. Several streams may be open at once. Raises ServiceError, an EngineDeadError."""
        source, window = iter(items), Window[Key, tuple[Reply, ...]](self._line)
        end: ServiceError | None = None
        try:
            while True:
                while end is None and window.busy < AHEAD * self.slots and (item := next(source, None)) is not None:
                    key, requests = item
                    window.start(key, self._weight(len(requests)), self._answer_all(tuple(requests)))
                if not len(window):
                    break
                try:
                    done = window.next()
                except ServiceError as error:
                    end = error
                else:
                    yield done
            if end is not None:
                raise end
        finally:
            window.cancel()

    def close(self) -> None:
        """Close the connections. Idempotent."""
        self._line.close()
        self._encoders.shutdown(cancel_futures=True)

    async def _answer_all(self, requests: Sequence[Request]) -> tuple[Reply, ...]:
        shown = {id(image): (image, request.coded) for request in requests for image in request.images}
        made = await asyncio.gather(*(self._encode(*each) for each in shown.values()))
        encoded = dict(zip(shown, made, strict=True))
        todo = [(request, [encoded[id(image)] for image in request.images]) for request in requests]
        if not (self._names_pictures and len(todo) > 1 and encoded):
            return tuple(await asyncio.gather(*(self._answer(*one) for one in todo)))
        first = await self._answer(*todo[0])
        answer = self._answer if first.failure else self._answer_by_name
        return first, *await asyncio.gather(*(answer(*one) for one in todo[1:]))

    @property
    def _names_pictures(self) -> bool:
        """Whether a photo's later requests hold the names of its pictures in place of their pixels."""
        return self.served.remembers_pictures and self._missed < NAMES_MISSED

    def _weight(self, requests: int) -> int:
        """How many slots a photo of so many requests takes on average: with names, the first goes before the others."""
        return max(1, requests // 3) if self._names_pictures else requests

    async def _answer_by_name(self, request: Request, pictures: Pictures) -> Reply:
        """The same reply from the pictures' names; with their pixels where the server has forgotten them."""
        named = [replace(one, data=b"") for one in pictures]
        reply = await self._answer(request, named)
        if reply.failure is None:
            self._missed = 0
            return reply
        reply = await self._answer(request, pictures)
        self._missed += reply.failure is None
        return reply

    async def _encode(self, image: Image.Image, coded: bytes | None) -> Picture:
        return await asyncio.get_running_loop().run_in_executor(self._encoders, picture, image, coded)

    async def _answer(self, request: Request, pictures: Pictures) -> Reply:
        try:
            speak = partial(self._speak, pictures)
            reasoning = await think(self.card, request, speak)
            given = replace(request, prefix=await self._template.begin(request.prefix, reasoning))
            if request.choices is not None:
                reply = await self._choose(request, given, pictures)
            else:
                reply = await generate(self.card, given, speak)
            return sound(replace(reply, reasoning=reasoning) if reasoning else reply)
        except TemplateError as error:
            raise EngineDeadError(str(error)) from error
        except UnansweredError as error:
            return failed(error.failure.reason, error.failure.message)
        except EngineDeadError:
            raise
        except Exception as error:
            return failed(Reason.ENGINE_ERROR, f"{type(error).__name__}: {error}")

    async def _speak(
        self, pictures: Pictures, request: Request, sampling: Sampling | None, **more: Any
    ) -> Reply:
        body = {**self._body(request, pictures, sampling=sampling), **more}
        return wire.read(await self._complete(body, pictures))

    async def _choose(self, asked: Request, request: Request, pictures: Pictures) -> Reply:
        tree = await self._tree(asked)
        if tree is not None:
            answers = await asyncio.gather(*(self._score(request, pictures, fork) for fork in tree.forks))
            scores = [answer for answer in answers if answer is not None]
            if len(scores) == len(answers):
                return _most_probable(tree, scores)
        body = {**self._body(request, pictures), **wire.constrained(request.choices or ())}
        return wire.read(await self._complete(body, pictures))

    async def _score(self, request: Request, pictures: Pictures, fork: Fork) -> dict[int, float] | None:
        begun = ""
        if fork.path:
            given = {"model": self.model, "tokens": list(fork.path)}
            begun = str((await self._asking.ask("POST", "/detokenize", pack(given)))["prompt"])
        body = {**self._body(request, pictures, begun), **wire.scoring(fork.scored)}
        return wire.read_scores(await self._complete(body, pictures), fork.scored)

    async def _tree(self, request: Request) -> Choice | None:
        """The options as the server's tokenizer spells them; None where it does not say or one begins another."""
        prefix, choices = request.prefix, request.choices or ()
        if (prefix, choices) not in self._trees:
            texts = dict.fromkeys(text for option in choices for text in (prefix, option, prefix + option) if text)
            spelt = {text: await self._ids(text) for text in texts}
            known = {text: ids for text, ids in spelt.items() if ids is not None}
            self._trees[prefix, choices] = _grow(known, prefix, choices) if len(known) == len(spelt) else None
        return self._trees[prefix, choices]

    async def _ids(self, text: str) -> Ids | None:
        body = {"model": self.model, "prompt": text, "add_special_tokens": False}
        answer = await self._offered("/tokenize", body)
        return None if answer is None else tuple(int(id) for id in answer["tokens"])

    def _body(
        self, request: Request, pictures: Pictures, begun: str = "", sampling: Sampling | None = None
    ) -> dict[str, Any]:
        parts = [self._part(one) for one in pictures]
        body = wire.body(request, self.model, parts, stop=self.card.stop, begun=begun, sampling=sampling)
        return {**body, **arguments(self.card)}

    async def _offered(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        try:
            return await self._asking.ask("POST", path, pack(body), spare=NOT_OFFERED)
        except UnansweredError as error:
            if error.status in NOT_OFFERED:
                return None
            raise

    async def _complete(self, body: Mapping[str, Any], pictures: Pictures) -> Mapping[str, Any]:
        sent = [one for one in pictures if one.data]
        return await self._asking.complete(pack(body, sent), tries=1 if len(sent) < len(pictures) else None)

    def _part(self, one: Picture) -> dict[str, Any]:
        if not one.data:
            return one.reference
        return one.named_part if self._names_pictures else one.part


def _grow(ids: Mapping[str, Ids], prefix: str, choices: Sequence[str]) -> Choice | None:
    try:
        return Choice({option: option_ids(ids.__getitem__, prefix, option) for option in choices}, ())
    except ValueError:
        return None


def _most_probable(tree: Choice, scores: Sequence[Mapping[int, float]]) -> Reply:
    """Its one token where it has one; the server does not say how longer options are spelt."""
    shares = tree.probabilities(scores)
    option = max(shares, key=lambda name: shares[name])
    tokens = (Token(option, log(shares[option])),) if len(tree.options[option]) == 1 else ()
    return Reply(option, "stop", tokens, shares)
