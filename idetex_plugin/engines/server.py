"""Any OpenAI-compatible vLLM server: a sliding window of requests over HTTP, with retries and named failures.

Start it with --structured-outputs-config '{"backend": "xgrammar", "disable_any_whitespace": true}', or a model may fill
a JSON reply with blanks until it is cut off.

The server's checkpoint needs a chat template that says what the card's template says. Only pixels are sent, as PNG
inside the messages. Choices are scored token by token, as in the other engines, where the server tokenizes for its
clients and reports the log-probabilities of chosen tokens (vLLM does); elsewhere, and where one option begins
another, the server's own constraint picks the option and the probabilities stay unknown.

A request that fails after its retries gives a reply with a failure. When `give_up` requests in a row could not even
connect, the server is taken for dead and the stream raises EngineDeadError, since what is left would fail one by one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import log
from typing import Any

from idetex_plugin.engines import wire
from idetex_plugin.engines.base import EngineDeadError, Key
from idetex_plugin.engines.choices import Choice, Fork, Ids
from idetex_plugin.engines.client import Line, UnansweredError, Window
from idetex_plugin.engines.prompts import failed, option_ids
from idetex_plugin.engines.retries import Backoff
from idetex_plugin.engines.served_template import ServedTemplate, TemplateError, arguments
from idetex_plugin.engines.thinking import separated, thought
from idetex_plugin.words.card import Card, Sampling
from idetex_plugin.words.failure import Reason
from idetex_plugin.words.request import Reply, Request, Token

SLOTS = 64
NOT_OFFERED = frozenset({400, 404, 405, 501})
Pictures = Sequence[dict[str, Any]]


class ServerEngine:
    """Talks to the server at `url`, such as "http://127.0.0.1:8000", with or without "/v1".

    model: the name under which the server serves the checkpoint; by default the card's checkpoint if the server has
        it, else the only one it has.
    slots: requests under way at once; the next item is taken when fewer are.
    timeout: seconds for one try of one request.
    The API key, if the server wants one, is read from the environment variable IDETEX_API_KEY alone.
    Raises ConnectionError when the server cannot be reached or refuses, ValueError for a URL that is not http(s) or a
    model that it does not serve.
    """

    name = "server"

    def __init__(
        self, card: Card, url: str, *, model: str | None = None, slots: int | None = None, timeout: float = 120.0,
        backoff: Backoff | None = None, give_up: int = 8,
    ) -> None:
        self.card, self.slots, self.give_up = card, slots or SLOTS, give_up
        self._line = Line(url, timeout=timeout, most=self.slots, backoff=backoff or Backoff())
        self._trees: dict[tuple[str, tuple[str, ...]], Choice | None] = {}
        try:
            self.model = self._pick_model(model)
            self._template = ServedTemplate(card, self.model, self._offered)
        except BaseException:
            self.close()
            raise

    def stream(self, items: Iterable[tuple[Key, Sequence[Request]]]) -> Iterator[tuple[Key, tuple[Reply, ...]]]:
        """See `Engine`. Several streams may be open at once."""
        source, window = iter(items), Window[Key, tuple[Reply, ...]](self._line)
        try:
            while True:
                while window.busy < self.slots and (item := next(source, None)) is not None:
                    key, requests = item
                    window.start(key, len(requests), self._answer_all(tuple(requests)))
                if not len(window):
                    return
                yield window.next()
                if self._line.lost >= self.give_up:
                    raise EngineDeadError(f"{self._line.lost} requests in a row could not reach {self._line.name}")
        finally:
            window.cancel()

    def close(self) -> None:
        """Close the connections. Idempotent."""
        self._line.close()

    def _pick_model(self, wanted: str | None) -> str:
        try:
            answer = self._line.submit(self._line.ask("GET", "/v1/models")).result()
        except UnansweredError as error:
            raise ConnectionError(f"no vLLM server at {self._line.name}: {error}") from error
        served = [str(entry["id"]) for entry in answer.get("data", ())]
        if wanted is None:
            wanted = served[0] if len(served) == 1 else self.card.checkpoint
        if wanted not in served:
            raise ValueError(f"{self._line.name} serves {served}, not {wanted!r}: name one of them")
        return wanted

    async def _answer_all(self, requests: Sequence[Request]) -> tuple[Reply, ...]:
        images = {id(image): image for request in requests for image in request.images}
        encoded = {key: await asyncio.to_thread(wire.picture, image) for key, image in images.items()}
        work = (self._answer(request, [encoded[id(image)] for image in request.images]) for request in requests)
        return tuple(await asyncio.gather(*work))

    async def _answer(self, request: Request, pictures: Pictures) -> Reply:
        try:
            reasoning = await self._think(request, pictures)
            given = replace(request, prefix=await self._template.begin(request.prefix, reasoning))
            if request.choices is not None:
                reply = await self._choose(request, given, pictures)
            else:
                reply = await self._generate(given, pictures)
            return replace(reply, reasoning=reasoning) if reasoning else reply
        except TemplateError as error:
            return failed(Reason.ENGINE_ERROR, str(error))
        except UnansweredError as error:
            return failed(error.failure.reason, error.failure.message)
        except Exception as error:
            return failed(Reason.ENGINE_ERROR, f"{type(error).__name__}: {error}")

    async def _think(self, request: Request, pictures: Pictures) -> str | None:
        """What the checkpoint thinks before it answers, where its card lets it."""
        if not self.card.thinking_tokens:
            return None
        free = Request(request.prompt, request.images, request.system, max_tokens=self.card.thinking_tokens)
        reply = wire.read(await self._complete({
            **self._body(free, pictures, sampling=self._drawn), "stop": [*self.card.stop, self.card.thinking[1]],
        }))
        if reply.failure is not None:
            raise UnansweredError(reply.failure)
        return thought(reply.text or reply.reasoning, self.card.thinking)

    async def _generate(self, request: Request, pictures: Pictures) -> Reply:
        """The reply; one that was cut off is asked for once more where the card says how to draw it."""
        first = wire.read(await self._complete(self._body(request, pictures, sampling=self._drawn)))
        if first.finish_reason != "length" or self.card.sampling is None or self._drawn is not None:
            return separated(first, self.card.thinking)
        again = wire.read(await self._complete(self._body(request, pictures, sampling=self.card.sampling)))
        return separated(first if again.finish_reason == "length" else again, self.card.thinking)

    @property
    def _drawn(self) -> Sampling | None:
        sampling = self.card.sampling
        return sampling if sampling is not None and sampling.always else None

    async def _choose(self, asked: Request, request: Request, pictures: Pictures) -> Reply:
        tree = await self._tree(asked)
        if tree is not None:
            answers = await asyncio.gather(*(self._score(request, pictures, fork) for fork in tree.forks))
            scores = [answer for answer in answers if answer is not None]
            if len(scores) == len(answers):
                return _most_probable(tree, scores)
        answer = await self._complete(
            {**self._body(request, pictures), **wire.constrained(request.choices or ())}
        )
        return wire.read(answer)

    async def _score(self, request: Request, pictures: Pictures, fork: Fork) -> dict[int, float] | None:
        begun = ""
        if fork.path:
            given = {"model": self.model, "tokens": list(fork.path)}
            begun = str((await self._line.ask("POST", "/detokenize", given))["prompt"])
        answer = await self._complete({**self._body(request, pictures, begun), **wire.scoring(fork.scored)})
        return wire.read_scores(answer, fork.scored)

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
        body = wire.body(request, self.model, pictures, stop=self.card.stop, begun=begun, sampling=sampling)
        return {**body, **arguments(self.card)}

    async def _offered(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        try:
            return await self._line.ask("POST", path, body)
        except UnansweredError as error:
            if error.status in NOT_OFFERED:
                return None
            raise

    async def _complete(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return await self._line.ask("POST", "/v1/chat/completions", body)


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
