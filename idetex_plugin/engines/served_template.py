"""A server's chat template: how it is made to begin a reply exactly as the engines of this process begin it.

A reply that is begun here (by a prefix, or by what the checkpoint has thought) goes to the server as an assistant's
message that it is to continue. Templates treat such a message in their own ways. So the server is asked once what it
makes of it, and that is compared with the prompt as it has to be.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from idetex_plugin.engines import thinking
from idetex_plugin.engines.prompts import messages
from idetex_plugin.words.card import Card
from idetex_plugin.words.request import Request

PROBE = Request("?", ())
THOUGHT = "x"
Ask = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any] | None]]


class TemplateError(Exception):
    """The server's chat template cannot be used as the card wants it; the message says why."""


class ServedTemplate:
    """The chat template of the model that a server calls `model`.

    ask: posts a body to a path; None where the server does not offer the path. Then nothing can be compared, and
    replies are begun as they are.
    """

    def __init__(self, card: Card, model: str, ask: Ask) -> None:
        self._card, self._model, self._ask = card, model, ask
        self._starts: dict[tuple[str, bool], str] = {}

    async def begin(self, prefix: str, thought: str | None = None) -> str:
        """What to give of the reply, as the content of the assistant's message. Raises TemplateError."""
        thinks = thought is not None
        if (prefix, thinks) not in self._starts:
            self._starts[prefix, thinks] = await self._start(prefix, thinks)
        start = self._starts[prefix, thinks]
        return start.replace(f"\n{THOUGHT}\n", f"\n{thought}\n", 1) if thinks else start

    async def _start(self, prefix: str, thinks: bool) -> str:
        marks = self._card.thinking
        plain = thinking.closed("", THOUGHT, marks) + prefix if thinks else prefix
        if self._card.template is not None:
            return plain
        chat = await self._rendered()
        if chat is None:
            return plain
        tail = chat[chat.rfind(PROBE.prompt) + len(PROBE.prompt) :]
        if not thinks and thinking.opened(tail, marks):
            raise TemplateError(thinking.refusal(self._card))
        head = chat[: len(chat) - len(tail)]
        wanted = head + (thinking.closed(tail, THOUGHT, marks) if thinks else tail) + prefix
        if not thinks and not prefix:
            return plain
        made = await self._rendered(plain)
        if made == wanted:
            return plain
        same = next((at for at, pair in enumerate(zip(wanted, made or "", strict=False)) if len(set(pair)) > 1), 0)
        more = wanted[same:]
        if more != plain and await self._rendered(more) == wanted:
            return more
        raise TemplateError(
            f"card {self._card.name!r}: the server's chat template does not continue a reply that begins with "
            f"{plain!r}: it makes {_end(made)!r} of it, where the checkpoint's prompt ends in {_end(wanted)!r}"
        )

    async def _rendered(self, begun: str | None = None) -> str | None:
        """The probe in the template, with the reply begun; None where the server does not say or cannot."""
        chat = messages(PROBE)
        if begun is not None:
            chat.append({"role": "assistant", "content": begun})
        body = {
            "model": self._model, "messages": chat, "add_generation_prompt": begun is None,
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


def _end(text: str | None) -> str:
    return (text or "")[-60:]
