"""A server's chat template: how it is made to begin a reply exactly as the engines of this process begin it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from idetex_plugin.engines import thinking
from idetex_plugin.engines.beginning import PROBE, Beginning, Message, begin, continued, in_question, message
from idetex_plugin.engines.faults import UnansweredError
from idetex_plugin.engines.prompts import messages
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import Failure, Reason

Ask = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any] | None]]


class TemplateError(Exception):
    """The server's chat template cannot be used as the card wants it; the message says why."""


class ThoughtError(UnansweredError):
    """What the checkpoint has thought cannot stand before its answer; the message says why."""


class ServedTemplate:
    """The chat template of the model that a server calls `model`.

    ask: posts a body to a path; None where the server does not offer the path. Then nothing can be compared, and
    replies are begun as they are.
    """

    def __init__(self, card: Card, model: str, ask: Ask) -> None:
        self._card, self._model, self._ask = card, model, ask
        self._known: dict[tuple[str, bool], Beginning] = {}

    async def begin(self, prefix: str, thought: str | None = None) -> Beginning:
        """How a reply with this prefix is begun, after this thought. Raises TemplateError and ThoughtError."""
        thinks = thought is not None
        if (prefix, thinks) not in self._known:
            self._known[prefix, thinks] = await self._begin(prefix, thinks)
        found = self._known[prefix, thinks].after(thought)
        return found if thought is None or found.text is None else await self._confirmed(found, found.text)

    async def _begin(self, prefix: str, thinks: bool) -> Beginning:
        if self._card.template is not None:
            return Beginning(None, message(prefix) if prefix else None)
        found = await begin(prefix, self._card.thinking, self._rendered, thinks=thinks)
        self._check(found, prefix, thinks)
        return found

    async def _confirmed(self, found: Beginning, text: str) -> Beginning:
        """The same with a message that gives this very text: templates may leave a thought out that is empty, or change
        what it holds."""
        for one in (found.message, in_question(text)):
            if await self._rendered(one) == found.head + text:
                return replace(found, message=one)
        words = f"the server's chat template does not keep the checkpoint's thought, which ends in {_end(text)!r}"
        raise ThoughtError(Failure(reason=Reason.ENGINE_ERROR, message=words))

    def _check(self, found: Beginning, prefix: str, thinks: bool) -> None:
        if found.text is None:
            return
        if not thinks and thinking.opened(found.text.removesuffix(prefix), self._card.thinking):
            raise TemplateError(thinking.refusal(self._card))
        if (prefix or thinks) and found.message is None:
            raise TemplateError(
                f"card {self._card.name!r}: the server's chat template does not continue a reply that begins with "
                f"{prefix!r}{' after a thought' if thinks else ''}: it makes {_end(found.made)!r} of it, where the "
                f"checkpoint's prompt ends in {_end(found.text)!r}"
            )

    async def _rendered(self, begun: Message | None) -> str | None:
        """The probe in the template, with the reply begun; None where the server does not say or cannot."""
        body = {
            "model": self._model, "messages": continued(messages(PROBE), begun), "add_generation_prompt": begun is None,
            "continue_final_message": begun is not None, **arguments(self._card),
        }
        tokens = await self._ask("/tokenize", body)
        if tokens is None:
            return None
        text = await self._ask("/detokenize", {"model": self._model, "tokens": list(tokens["tokens"])})
        return None if text is None else str(text["prompt"])


def arguments(card: Card) -> dict[str, Any]:
    """What to add to the body of a chat request, so that the template is told what the card says."""
    return {"chat_template_kwargs": dict(card.template_arguments)} if card.template_arguments else {}


def _end(text: str) -> str:
    return text[-60:]
