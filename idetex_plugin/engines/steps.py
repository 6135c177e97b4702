"""Items in flight in an engine of this process: requests taken apart into steps of the model, replies put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic

from idetex_plugin.engines.base import Key
from idetex_plugin.engines.choices import Choice, Ids
from idetex_plugin.engines.prompts import Prompts, failed
from idetex_plugin.words.card import Sampling
from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.request import Reply, Request


@dataclass(frozen=True, slots=True)
class ModelStep:
    """One run of the model. The prompt is `text`, then the ids of `path`.

    scored: when set, only the log-probabilities of these ids as the next token are wanted. Else the reply is
    generated, at most `max_tokens` long, and as JSON of the request's schema if it has one.
    thinking: this many tokens of free thinking are generated in place of the reply.
    sampling: how tokens are drawn; None means greedily.
    """

    request: Request
    text: str
    path: Ids = ()
    scored: Ids = ()
    thinking: int = 0
    sampling: Sampling | None = None

    @property
    def max_tokens(self) -> int:
        """The most tokens that this run generates."""
        return 1 if self.scored else self.thinking or self.request.max_tokens

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """The JSON schema that this run follows."""
        return None if self.scored or self.thinking else self.request.schema


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What came of a step: generated ids (with the one that ended the turn) and their log-probabilities; or scores."""

    ids: Sequence[int] = ()
    logprobs: Sequence[float] = ()
    finish_reason: str = "stop"
    scores: Mapping[int, float] = field(default_factory=dict)
    failure: Failure | None = None


class Answering:
    """One request on its way: its steps, what came of them, and in the end its reply.

    A checkpoint that may think does so in a step of its own, and its answer's steps come after. A reply that was cut
    off is asked for once more where the card says how to draw it.
    """

    def __init__(self, request: Request, prompts: Prompts) -> None:
        self.request, self.prompts = request, prompts
        self.choice: Choice | None = None
        self.steps: list[ModelStep] = []
        self.outcomes: dict[int, StepOutcome] = {}
        self.failure: Failure | None = None
        self._reasoning = ""
        self._answer_from = 0
        sampling = prompts.card.sampling
        self._drawn = sampling if sampling is not None and sampling.always else None
        try:
            self.failure = prompts.check(request, prompts.text(request))
            if self.failure is None:
                self.steps += self._begin()
        except Exception as error:
            self._cannot_build(error)

    def settle(self, number: int, outcome: StepOutcome) -> range:
        """Note what came of a step. Returns the numbers of the steps that follow from it."""
        self.outcomes[number] = outcome
        known, step = len(self.steps), self.steps[number]
        if outcome.failure is None:
            try:
                self.steps += self._after(step, outcome)
            except Exception as error:
                self._cannot_build(error)
        return range(known, len(self.steps))

    def reply(self) -> Reply:
        """The reply, once every step has its outcome."""
        failures = [outcome.failure for outcome in self.outcomes.values() if outcome.failure is not None]
        if failure := self.failure or next(iter(failures), None):
            return failed(failure.reason, failure.message)
        outcomes = [self.outcomes[number] for number in range(self._answer_from, len(self.steps))]
        if self.choice is not None:
            reply = pick(self.choice, [outcome.scores for outcome in outcomes], self.prompts)
        else:
            first, last = outcomes[0], outcomes[-1]
            outcome = first if last.finish_reason == "length" else last
            reply = self.prompts.reply(outcome.ids, outcome.logprobs, outcome.finish_reason)
        return replace(reply, reasoning=self._reasoning) if self._reasoning else reply

    def _begin(self) -> tuple[ModelStep, ...]:
        tokens = self.prompts.card.thinking_tokens
        if not tokens:
            return self._plan(self.prompts.text(self.request))
        self._answer_from = 1
        text = self.prompts.thinking(self.request)
        return (ModelStep(self.request, text, thinking=tokens, sampling=self._drawn),)

    def _after(self, step: ModelStep, outcome: StepOutcome) -> tuple[ModelStep, ...]:
        sampling = self.prompts.card.sampling
        if step.thinking:
            self._reasoning = self.prompts.thought(outcome.ids)
            return self._plan(self.prompts.text(self.request, self._reasoning))
        again = outcome.finish_reason == "length" and not step.scored and step.sampling is None
        return (replace(step, sampling=sampling),) if again and sampling is not None else ()

    def _plan(self, text: str) -> tuple[ModelStep, ...]:
        if self.request.choices is None:
            return (ModelStep(self.request, text, sampling=self._drawn),)
        self.choice = self.prompts.choice(self.request)
        return tuple(ModelStep(self.request, text, fork.path, fork.scored) for fork in self.choice.forks)

    def _cannot_build(self, error: Exception) -> None:
        self.failure = Failure(reason=Reason.ENGINE_ERROR, message=f"cannot build the prompt: {error}")


def pick(choice: Choice, scores: Sequence[Mapping[int, float]], prompts: Prompts) -> Reply:
    """The reply that is the most probable option; of equal ones, the first."""
    shares = choice.probabilities(scores)
    option = max(shares, key=lambda name: shares[name])
    texts = prompts.spell(choice.options[option])
    return Reply(option, "stop", choice.spell(option, texts, scores), shares)


class StreamItem(Generic[Key]):
    """One item of a stream: the requests that were given together. `image_names` is for an engine that names images."""

    def __init__(self, key: Key, requests: Sequence[Request], prompts: Prompts) -> None:
        self.key = key
        self.image_names: dict[int, str] = {}
        self._answering = [Answering(request, prompts) for request in requests]
        self._left = sum(len(answering.steps) for answering in self._answering)

    def places(self) -> list[StepSlot]:
        """Where the outcomes of the first steps belong, in the order of the requests."""
        return [
            StepSlot(self, answering, number, step)
            for answering in self._answering
            for number, step in enumerate(answering.steps)
        ]

    def settle(self, place: StepSlot, outcome: StepOutcome) -> list[StepSlot]:
        """Note what came of a step, once for each. Returns where the outcomes of the steps that follow belong."""
        answering = place.answering
        follow = [StepSlot(self, answering, number, answering.steps[number]) for number in
                  answering.settle(place.number, outcome)]
        self._left += len(follow) - 1
        return follow

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

    def settle(self, outcome: StepOutcome) -> list[StepSlot]:
        """Note what came of the step. Returns the slots of the steps that follow from it."""
        return self.item.settle(self, outcome)


def open_items(items: Iterable[tuple[Key, Sequence[Request]]], prompts: Prompts) -> Iterator[StreamItem[Key]]:
    """Items, each made when it is asked for."""
    for key, requests in items:
        yield StreamItem(key, requests, prompts)
