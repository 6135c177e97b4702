"""Items in flight in an engine of this process: requests taken apart into steps of the model, replies put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic

from idetex_plugin.engines.base import Key
from idetex_plugin.engines.choices import Choice, Ids
from idetex_plugin.engines.prompts import Prompts, failed
from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.request import Reply, Request


@dataclass(frozen=True, slots=True)
class ModelStep:
    """One run of the model. The prompt is `text`, then the ids of `path`.

    scored: when set, only the log-probabilities of these ids as the next token are wanted. Else the reply is
    generated, greedily, at most `max_tokens` long, and as JSON of the request's schema if it has one.
    """

    request: Request
    text: str
    path: Ids = ()
    scored: Ids = ()

    @property
    def max_tokens(self) -> int:
        """The most tokens that this run generates."""
        return 1 if self.scored else self.request.max_tokens


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What came of a step: generated ids (with the one that ended the turn) and their log-probabilities; or scores."""

    ids: Sequence[int] = ()
    logprobs: Sequence[float] = ()
    finish_reason: str = "stop"
    scores: Mapping[int, float] = field(default_factory=dict)
    failure: Failure | None = None


class Answering:
    """One request on its way: its steps, what came of them, and in the end its reply."""

    def __init__(self, request: Request, prompts: Prompts) -> None:
        self.request, self.prompts = request, prompts
        self.choice: Choice | None = None
        self.steps: tuple[ModelStep, ...] = ()
        self.outcomes: dict[int, StepOutcome] = {}
        self.failure: Failure | None = None
        try:
            text = prompts.text(request)
            self.failure = prompts.check(request, text)
            if self.failure is None:
                self.steps = self._plan(text)
        except Exception as error:
            self.failure = Failure(reason=Reason.ENGINE_ERROR, message=f"cannot build the prompt: {error}")

    def reply(self) -> Reply:
        """The reply, once every step has its outcome."""
        failures = [outcome.failure for outcome in self.outcomes.values() if outcome.failure is not None]
        if failure := self.failure or next(iter(failures), None):
            return failed(failure.reason, failure.message)
        outcomes = [self.outcomes[number] for number in range(len(self.steps))]
        if self.choice is None:
            (outcome,) = outcomes
            return self.prompts.reply(outcome.ids, outcome.logprobs, outcome.finish_reason)
        return pick(self.choice, [outcome.scores for outcome in outcomes], self.prompts)

    def _plan(self, text: str) -> tuple[ModelStep, ...]:
        if self.request.choices is None:
            return (ModelStep(self.request, text),)
        self.choice = self.prompts.choice(self.request)
        return tuple(ModelStep(self.request, text, fork.path, fork.scored) for fork in self.choice.forks)


def pick(choice: Choice, scores: Sequence[Mapping[int, float]], prompts: Prompts) -> Reply:
    """The reply that is the most probable option; of equal ones, the first."""
    shares = choice.probabilities(scores)
    option = max(shares, key=lambda name: shares[name])
    texts = prompts.spell(choice.options[option])
    return Reply(option, "stop", choice.spell(option, texts, scores), shares)


class StreamItem(Generic[Key]):
    """One item of a stream: the requests that were given together."""

    def __init__(self, key: Key, requests: Sequence[Request], prompts: Prompts) -> None:
        self.key = key
        self._answering = [Answering(request, prompts) for request in requests]
        self._left = sum(len(answering.steps) for answering in self._answering)

    def places(self) -> list[StepSlot]:
        """Where the outcomes of all steps belong, in the order of the requests."""
        return [
            StepSlot(self, answering, number, step)
            for answering in self._answering
            for number, step in enumerate(answering.steps)
        ]

    def settle(self, place: StepSlot, outcome: StepOutcome) -> None:
        """Note what came of a step, once for each."""
        place.answering.outcomes[place.number] = outcome
        self._left -= 1

    @property
    def done(self) -> bool:
        """Whether all replies are there."""
        return self._left == 0

    def replies(self) -> tuple[Reply, ...]:
        """The replies in the order of the requests, once done."""
        return tuple(answering.reply() for answering in self._answering)


@dataclass(frozen=True, slots=True, eq=False)
class StepSlot:
    """A step, and where its outcome belongs."""

    item: StreamItem[Any]
    answering: Answering
    number: int
    step: ModelStep

    def settle(self, outcome: StepOutcome) -> None:
        """Note what came of the step."""
        self.item.settle(self, outcome)


def open_items(items: Iterable[tuple[Key, Sequence[Request]]], prompts: Prompts) -> Iterator[StreamItem[Key]]:
    """Items, each made when it is asked for."""
    for key, requests in items:
        yield StreamItem(key, requests, prompts)
