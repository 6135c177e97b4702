"""How a card's checkpoint is let think, and how its replies are drawn, at a server that gives one reply a request."""

from __future__ import annotations

from typing import Any, Protocol

from idetex_plugin.engines.faults import UnansweredError
from idetex_plugin.engines.thinking import separated, thought
from idetex_plugin.words.card import Card, Sampling
from idetex_plugin.words.request import Reply, Request


class Speak(Protocol):
    """One reply of the server. sampling: how it is drawn, None for greedily; more: what to change in the body."""

    async def __call__(self, request: Request, sampling: Sampling | None, **more: Any) -> Reply: ...


async def think(card: Card, request: Request, speak: Speak) -> str | None:
    """What the checkpoint thinks before it answers; None where its card lets it not. Raises UnansweredError."""
    if not card.thinking_tokens:
        return None
    free = Request(request.prompt, request.images, request.system, max_tokens=card.thinking_tokens)
    reply = await speak(free, _always(card), stop=[*card.stop, card.thinking[1]])
    if reply.failure is not None:
        raise UnansweredError(reply.failure)
    return thought(reply.text or reply.reasoning, card.thinking)


async def generate(card: Card, request: Request, speak: Speak) -> Reply:
    """The reply; one that was cut off is asked for once more where the card says how to draw it."""
    first = await speak(request, _always(card))
    if first.finish_reason != "length" or card.sampling is None or card.sampling.always:
        return separated(first, card.thinking)
    again = await speak(request, card.sampling)
    return separated(first if again.finish_reason == "length" else again, card.thinking)


def _always(card: Card) -> Sampling | None:
    return card.sampling if card.sampling is not None and card.sampling.always else None
