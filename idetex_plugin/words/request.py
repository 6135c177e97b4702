"""What passes between a dialect and an engine: the views of a photo, a request about them, and the reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from PIL import Image

from idetex_plugin.words.failure import Failure, Reason

Grades = tuple[float, float, float]
"""The probabilities that a type is there, that it is so at least moderately, and severely."""


def bare(image: Image.Image) -> Image.Image:
    """RGB pixels and nothing else of a file: an orientation or a profile left on them would be applied again.

    The same object when it is so already; one with tags is not changed. Palettes and transparency are resolved.
    """
    if type(image) is Image.Image and image.mode == "RGB" and not image.info and not image.getexif():
        return image
    plain = image.convert("RGB")
    if type(plain) is not Image.Image or plain is image:
        plain = plain.copy()
    plain.info = {}
    return plain


@dataclass(frozen=True, slots=True)
class Views:
    """What the model is shown of one photo: the views of its card, and the photo's size after EXIF orientation.

    images: bare RGB, in the order in which the prompt holds them. Width and height in pixels of the photo itself.
    whole: beside what the model is shown, the probabilities that each type has the whole frame, by the photo's own
        pixels; empty unless its card has `evidence`.
    """

    images: tuple[Image.Image, ...]
    width: int
    height: int
    whole: Mapping[str, Grades] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "images", tuple(map(bare, self.images)))


@dataclass(frozen=True, slots=True)
class Request:
    """One question about one photo, in the words of one checkpoint. Immutable; images are bare RGB pixels.

    images: the views of the photo that the checkpoint's card asks for, placed before the text.
    prefix: the start of the answer, given to the model (not repeated in the reply's text).
    choices: when set, the reply is exactly one of these strings.
    schema: when set, the reply is JSON that conforms to this JSON schema.
    coded: of a sole image that is a whole photo, the bytes of a JPEG, PNG or WebP that may decode to just its pixels.
    Greedy decoding, unless the card says otherwise; `max_tokens` bounds the reply.
    """

    prompt: str
    images: tuple[Image.Image, ...]
    system: str | None = None
    prefix: str = ""
    max_tokens: int = 512
    choices: tuple[str, ...] | None = None
    schema: Mapping[str, Any] | None = None
    coded: bytes | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "images", tuple(map(bare, self.images)))


@dataclass(frozen=True, slots=True)
class Token:
    """One generated token: its text (special tokens kept) and its log-probability, or None if unknown."""

    text: str
    logprob: float | None


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model said. `text` keeps special tokens, without the end-of-turn one, and is the join of `tokens`.

    finish_reason: "stop", "length" (cut at max_tokens), or "error" (then `failure` says why, and text is empty).
    choice_probabilities: for a request with choices, every option's probability (sums to 1), empty if unknown.
    reasoning: what the model thought before the reply, without its marks; no part of `text` and `tokens`.
    """

    text: str
    finish_reason: str = "stop"
    tokens: tuple[Token, ...] = ()
    choice_probabilities: Mapping[str, float] = field(default_factory=dict)
    failure: Failure | None = None
    reasoning: str = ""


def sound(reply: Reply) -> Reply:
    """The reply, or a failed one when a number in it is not finite: then the model's arithmetic broke, and its words,
    too, mean nothing."""
    numbers = [token.logprob for token in reply.tokens if token.logprob is not None]
    if all(map(isfinite, (*numbers, *reply.choice_probabilities.values()))):
        return reply
    message = "the model's log-probabilities are not finite numbers"
    return Reply("", "error", failure=Failure(reason=Reason.ENGINE_ERROR, message=message))
