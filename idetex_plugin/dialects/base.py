"""What a dialect is: one family of checkpoints' way of being asked and of answering."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from idetex_plugin.words.assessment import Answer, Description, Quality, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.question import Question
from idetex_plugin.words.request import Reply, Request, Views
from idetex_plugin.words.vocabulary import Vocabulary


class Dialect(Protocol):
    """Turns tasks into requests and replies into results. Reading never raises and never invents.

    An unreadable reply is a Failure; "no distortion" must have been said in so many words (or by an empty list
    where the grammar has one) to become an empty tuple.
    """

    name: str

    @property
    def types(self) -> tuple[str, ...]:
        """The distortions that it can name, in order."""
        ...

    def detect(self, views: Views) -> Request:
        """Ask for all distortions of the photo."""
        ...

    def read_detect(self, reply: Reply, views: Views) -> tuple[Region, ...] | Failure:
        """Regions in the order of the reply."""
        ...

    def affects(self, views: Views, box: Box) -> Request:
        """Ask what affects this region."""
        ...

    def read_affects(self, reply: Reply, views: Views, box: Box) -> tuple[Region, ...] | Failure:
        """Regions clipped to the box; empty when the reply says that none affects it."""
        ...

    def locate(self, views: Views, expression: str) -> Request:
        """Ask where the described distortion is, such as "Noise affecting the sky at the top left"."""
        ...

    def read_locate(self, reply: Reply, views: Views) -> tuple[Box, ...] | Failure:
        """Boxes in the order of the reply."""
        ...

    def ask(self, views: Views, question: Question) -> Request:
        """Ask a question with options."""
        ...

    def read_ask(self, reply: Reply, question: Question) -> Answer | Failure:
        """The chosen option, with every option's probability where the engine gave them."""
        ...

    def level(self, views: Views) -> Request:
        """Ask for the quality level, as a choice of the five level words."""
        ...

    def read_level(self, reply: Reply) -> Quality | Failure:
        """Level and, where the engine gave probabilities, the 1-5 score."""
        ...

    def describe(self, views: Views) -> Request:
        """Ask for the four-step description."""
        ...

    def read_describe(self, reply: Reply, views: Views) -> Description | Failure:
        """The parsed description; a missing last line is a Failure."""
        ...


@runtime_checkable
class ScoresTypes(Protocol):
    """A dialect whose checkpoints say of every type how probable it is that the photo has it."""

    def read_presence(self, reply: Reply) -> Mapping[str, float]:
        """The probability of each type from the reply to `detect`; empty where it says none."""
        ...


@dataclass(frozen=True, slots=True)
class DialectMaker:
    """A dialect that a card may name. `make` raises ValueError for a card that does not suit it."""

    name: str
    make: Callable[[Card, Vocabulary], Dialect]


def unusable(reply: Reply) -> Failure | None:
    """The failure of a reply that cannot be read at all: the engine's own, cut off, or empty."""
    if reply.failure is not None:
        return reply.failure
    if reply.finish_reason == "length":
        return Failure(reason=Reason.CUT_OFF, message=f"reply cut off after {len(reply.tokens) or '?'} tokens")
    if reply.finish_reason != "stop":
        return Failure(reason=Reason.ENGINE_ERROR, message=f"engine ended with {reply.finish_reason!r}")
    if not reply.text.strip():
        return Failure(reason=Reason.EMPTY_REPLY, message="the reply is empty")
    return None
