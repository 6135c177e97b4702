"""The small protocol between tasks and whatever runs the model: requests in, replies out, no barrier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from PIL import Image

from idetex_plugin.assessment import Failure

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Request:
    """One question about one photo, in the words of one checkpoint. Immutable; images are RGB pixels.

    images: the views of the photo that the checkpoint's card asks for, placed before the text.
    prefix: the start of the answer, given to the model (not repeated in the reply's text).
    choices: when set, the reply is exactly one of these strings.
    schema: when set, the reply is JSON that conforms to this JSON schema.
    Greedy decoding always; `max_tokens` bounds the reply.
    """

    prompt: str
    images: tuple[Image.Image, ...]
    system: str | None = None
    prefix: str = ""
    max_tokens: int = 512
    choices: tuple[str, ...] | None = None
    schema: Mapping[str, Any] | None = None


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
    """

    text: str
    finish_reason: str = "stop"
    tokens: tuple[Token, ...] = ()
    choice_probabilities: Mapping[str, float] = field(default_factory=dict)
    failure: Failure | None = None


class EngineDeadError(RuntimeError):
    """The engine itself has failed and can answer nothing more. What was in flight is lost."""


class Engine(Protocol):
    """Runs requests. Engines own a sliding window: they pull the next item whenever a slot is free."""

    name: str

    def stream(
        self, items: Iterable[tuple[Key, Sequence[Request]]]
    ) -> Iterator[tuple[Key, tuple[Reply, ...]]]:
        """For every (key, requests) yield (key, replies), replies in the order of the requests.

        Items come out as they finish, in any order. `items` is pulled lazily, never more than the window ahead,
        so memory does not grow with the number of items. The requests of one item are submitted together, so that
        they share the image's prefix. A request that fails gives a Reply with `failure`; it never raises and never
        touches other items. Only a dead engine raises, `EngineDeadError`.
        """
        ...

    def close(self) -> None:
        """Free the model or the connections. Idempotent."""
        ...
