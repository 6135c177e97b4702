"""A session with one server: requests in its words, with names for pictures that it knows, and its answers read.

Choices are scored token by token where the server tokenizes for its clients and reports the log-probabilities of chosen
tokens; elsewhere, and where one option begins another, its own constraint picks the option.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import log
from typing import Any, Self

from idetex_plugin.engines import wire
from idetex_plugin.engines.asking import Asking
from idetex_plugin.engines.base import EngineDeadError
from idetex_plugin.engines.beginning import Beginning, Message
from idetex_plugin.engines.choices import Choice, Fork, Ids
from idetex_plugin.engines.client import Line
from idetex_plugin.engines.faults import AwayError, ServiceError, UnansweredError
from idetex_plugin.engines.loop import together
from idetex_plugin.engines.pictures import Picture, pack
from idetex_plugin.engines.prompts import failed, option_ids
from idetex_plugin.engines.served import Served
from idetex_plugin.engines.served_template import ServedTemplate, TemplateError, ThoughtError, arguments
from idetex_plugin.engines.slots import Slots
from idetex_plugin.engines.speaking import generate, think
from idetex_plugin.words.card import Card, Sampling
from idetex_plugin.words.failure import Reason
from idetex_plugin.words.request import Reply, Request, Token, sound

NOT_OFFERED = frozenset({400, 403, 404, 405, 422, 501})
GIVES: Mapping[str, tuple[str, type]] = {"/tokenize": ("tokens", list), "/detokenize": ("prompt", str)}
"""What an answer to these paths holds. A server that answers something else there does not offer them."""
NAMES_MISSED = 3
Pictures = Sequence[Picture]


class ServerSession:
    """Answers requests by one server that is found to serve the card's checkpoint. `busy`: requests under way."""

    def __init__(self, card: Card, slots: Slots, asking: Asking) -> None:
        self._card, self._slots, self._asking = card, slots, asking
        self.template = ServedTemplate(card, self.served.name, self._offered)
        self.busy = 0
        self._missed = 0
        self._trees: dict[tuple[str, tuple[str, ...]], Choice | None] = {}

    @classmethod
    async def begin(cls, card: Card, line: Line, slots: Slots, model: str | None, **options: Any) -> Self:
        """The session, after asking what is served. options: as of `Asking.begin`, which says what it raises.

        Raises TemplateError, too.
        """
        self = cls(card, slots, await Asking.begin(line, slots, card, model, **options))
        if not card.thinking_tokens:
            await self.template.begin("")
        return self

    @property
    def served(self) -> Served:
        """What the server serves, and is asked."""
        return self._asking.served

    @property
    def limit(self) -> int:
        """Requests that may be under way at once, at present."""
        return self._slots.limit

    @property
    def well(self) -> bool:
        """Whether the server can be asked now."""
        return self._asking.well

    @property
    def error(self) -> ServiceError | None:
        """Why the server has been given up, if it has."""
        return self._asking.error

    async def answer_all(self, requests: Sequence[Request], pictures: Mapping[int, Picture]) -> tuple[Reply, ...]:
        """The replies of one photo. pictures: of all images, by their id.

        Raises EngineDeadError, and AwayError when another server is to be asked.
        """
        todo = [(request, [pictures[id(image)] for image in request.images]) for request in requests]
        if not (self.names_pictures and len(todo) > 1 and pictures):
            return tuple(await together(*(self._answer(*one) for one in todo)))
        first = await self._answer(*todo[0])
        answer = self._answer if first.failure else self._answer_by_name
        return first, *await together(*(answer(*one) for one in todo[1:]))

    @property
    def names_pictures(self) -> bool:
        """Whether a photo's later requests hold the names of its pictures in place of their pixels."""
        return self.served.remembers_pictures and self._missed < NAMES_MISSED

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

    async def _answer(self, request: Request, pictures: Pictures) -> Reply:
        try:
            reasoning = await think(self._card, request, partial(self._speak, pictures, None))
            start = await self.template.begin(request.prefix, reasoning)
            if request.choices is not None:
                reply = await self._choose(request, start, reasoning, pictures)
            else:
                reply = await generate(self._card, request, partial(self._speak, pictures, start.message))
            return sound(replace(reply, reasoning=reasoning) if reasoning else reply)
        except TemplateError as error:
            raise EngineDeadError(str(error)) from error
        except UnansweredError as error:
            return failed(error.failure.reason, error.failure.message)
        except (EngineDeadError, AwayError):
            raise
        except Exception as error:
            return failed(Reason.ENGINE_ERROR, f"{type(error).__name__}: {error}")

    async def _speak(
        self, pictures: Pictures, begun: Message | None, request: Request, sampling: Sampling | None, **more: Any
    ) -> Reply:
        body = {**self._body(request, pictures, begun, sampling), **more}
        return wire.read(await self._complete(body, pictures))

    async def _choose(
        self, request: Request, start: Beginning, reasoning: str | None, pictures: Pictures
    ) -> Reply:
        tree = await self._tree(request)
        if tree is not None:
            begun = await together(*(self._begun(request, start, reasoning, fork.path) for fork in tree.forks))
            if all(one is not None for one in begun):
                asked = [(fork, one.message) for fork, one in zip(tree.forks, begun, strict=True) if one is not None]
                answers = await together(*(self._score(request, pictures, *each) for each in asked))
                scores = [answer for answer in answers if answer is not None]
                if len(scores) == len(answers):
                    return _most_probable(tree, scores)
        body = {**self._body(request, pictures, start.message), **wire.constrained(request.choices or ())}
        return wire.read(await self._complete(body, pictures))

    async def _begun(self, request: Request, start: Beginning, reasoning: str | None, path: Ids) -> Beginning | None:
        """The beginning with these tokens of the reply after it; None where the template changes what is before."""
        if not path:
            return start
        given = {"model": self.served.name, "tokens": list(path)}
        more = str((await self._asking.ask("POST", "/detokenize", pack(given)))["prompt"])
        try:
            found = await self.template.begin(request.prefix + more, reasoning)
        except (TemplateError, ThoughtError):
            return None
        return found if found.text == (None if start.text is None else start.text + more) else None

    async def _score(
        self, request: Request, pictures: Pictures, fork: Fork, begun: Message | None
    ) -> dict[int, float] | None:
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
        body = {"model": self.served.name, "prompt": text, "add_special_tokens": False}
        answer = await self._offered("/tokenize", body)
        return None if answer is None else tuple(int(id) for id in answer["tokens"])

    def _body(
        self, request: Request, pictures: Pictures, begun: Message | None, sampling: Sampling | None = None
    ) -> dict[str, Any]:
        parts = [self._part(one) for one in pictures]
        body = wire.body(request, self.served.name, parts, stop=self._card.stop, begun=begun, sampling=sampling)
        return {**body, **arguments(self._card)}

    async def _offered(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        try:
            answer = await self._asking.ask("POST", path, pack(body), spare=NOT_OFFERED)
        except UnansweredError as error:
            if error.status in NOT_OFFERED:
                return None
            raise
        key, kind = GIVES[path]
        return answer if isinstance(answer.get(key), kind) else None

    async def _complete(self, body: Mapping[str, Any], pictures: Pictures) -> Mapping[str, Any]:
        sent = [one for one in pictures if one.data]
        return await self._asking.complete(pack(body, sent), tries=1 if len(sent) < len(pictures) else None)

    def _part(self, one: Picture) -> dict[str, Any]:
        if not one.data:
            return one.reference
        return one.named_part if self.names_pictures else one.part


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
