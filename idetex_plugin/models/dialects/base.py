"""What a dialect is: one family of checkpoints' way of being asked and of answering."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol, Self

from PIL import Image
from pydantic import Field, model_validator

from idetex_plugin.assessment import Answer, Description, Failure, Quality, Reason, Record, Region
from idetex_plugin.boxes import Box
from idetex_plugin.engines.base import Reply, Request
from idetex_plugin.models.cards import Card
from idetex_plugin.taxonomy import Vocabulary

Concern = Literal["type", "position", "severity", "significance", "other"]


class Question(Record):
    """A question with options. `concern` is the ViDA question kind, "other" for a user's own.

    `preamble` is text given before the question, such as the severity definitions.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    text: str = Field(min_length=1)
    options: tuple[Annotated[str, Field(min_length=1)], ...] = Field(min_length=2, max_length=26)
    concern: Concern = "other"
    preamble: str = ""

    @model_validator(mode="after")
    def _options_differ(self) -> Self:
        if len(set(self.options)) < len(self.options):
            raise ValueError(f"two of the options {self.options} are the same")
        return self


@dataclass(frozen=True, slots=True)
class Look:
    """What the model is shown of one photo: the views of its card, and the photo's size after EXIF orientation.

    images: RGB, in the order in which the prompt holds them. Width and height in pixels of the photo itself.
    """

    images: tuple[Image.Image, ...]
    width: int
    height: int


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

    def detect(self, look: Look) -> Request:
        """Ask for all distortions of the photo."""
        ...

    def read_detect(self, reply: Reply, look: Look) -> tuple[Region, ...] | Failure:
        """Regions in the order of the reply."""
        ...

    def affects(self, look: Look, box: Box) -> Request:
        """Ask what affects this region."""
        ...

    def read_affects(self, reply: Reply, look: Look, box: Box) -> tuple[Region, ...] | Failure:
        """Regions clipped to the box; empty when the reply says that none affects it."""
        ...

    def locate(self, look: Look, expression: str) -> Request:
        """Ask where the described distortion is, such as "Noise affecting the sky at the top left"."""
        ...

    def read_locate(self, reply: Reply, look: Look) -> tuple[Box, ...] | Failure:
        """Boxes in the order of the reply."""
        ...

    def ask(self, look: Look, question: Question) -> Request:
        """Ask a question with options."""
        ...

    def read_ask(self, reply: Reply, question: Question) -> Answer | Failure:
        """The chosen option, with every option's probability where the engine gave them."""
        ...

    def level(self, look: Look) -> Request:
        """Ask for the quality level, as a choice of the five level words."""
        ...

    def read_level(self, reply: Reply) -> Quality | Failure:
        """Level and, where the engine gave probabilities, the 1-5 score."""
        ...

    def describe(self, look: Look) -> Request:
        """Ask for the four-step description."""
        ...

    def read_describe(self, reply: Reply, look: Look) -> Description | Failure:
        """The parsed description; a missing last line is a Failure."""
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
