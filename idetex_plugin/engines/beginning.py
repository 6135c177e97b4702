"""How a reply is begun in a chat template, so that every engine begins it with the same words.

A reply is begun by what stands between prompt and reply, by a prefix, or by what the checkpoint has thought. A server
takes a begun reply as an assistant's message that it is to continue, and templates treat such a message in their own
ways: some put a blank before it, some leave its thinking out or write one anew. So where the template can be made to
give the plain sum of these parts, the reply begins with that. Where it differs in blanks or in empty thinking alone,
the reply begins as the template has it, for so the checkpoint has seen it. Where no assistant's message will do, the
question itself is continued, by all that ends it and begins the reply. Anything else is refused.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from idetex_plugin.engines import thinking
from idetex_plugin.engines.thinking import Marks
from idetex_plugin.words.request import Request

PROBE = Request("?", ())
THOUGHT = "xyzzy"
Message = Mapping[str, str]
Render = Callable[[Message | None], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a reply begins.

    text: what stands between the prompt and the rest of the reply; None where the template is not known.
    message: what the template continues to this text, see `continued`; None for a reply that is not begun, and where
        nothing gives the text.
    made: what the template makes of the plain message, for people to read.
    head: what stands before the text when `PROBE` is asked.
    """

    text: str | None
    message: Message | None = None
    made: str = ""
    head: str = ""

    def after(self, thought: str | None) -> Beginning:
        """The same, once the checkpoint has thought this in place of the probe's thought."""
        if thought is None:
            return self
        text = None if self.text is None else self.text.replace(THOUGHT, thought, 1)
        message = {key: value.replace(THOUGHT, thought, 1) for key, value in (self.message or {}).items()}
        return replace(self, text=text, message=message or None)


async def begin(prefix: str, marks: Marks, render: Render, *, thinks: bool) -> Beginning:
    """How a reply with this prefix is begun, after having thought `THOUGHT` if it thinks.

    render: `PROBE` in the template, with a reply begun by this message, None for one that is not; or None where the
    template does not take the message, or cannot be had.
    """
    plain = message((thinking.closed("", THOUGHT, marks) if thinks else "") + prefix)
    chat = await render(None)
    if chat is None:
        return Beginning(None, plain if plain["content"] else None)
    at = chat.rfind(PROBE.prompt) + len(PROBE.prompt)
    head, tail = chat[:at], chat[at:]
    if not thinks and not prefix:
        return Beginning(tail, head=head)
    wanted = (thinking.closed(tail, THOUGHT, marks) if thinks else tail) + prefix
    made = await render(plain)
    if made == head + wanted:
        return Beginning(wanted, plain, head=head)
    if made is not None:
        more = message(_rest(head + wanted, made))
        if more != plain and await render(more) == head + wanted:
            return Beginning(wanted, more, head=head)
    for one in (plain, message(prefix, THOUGHT), in_question(wanted)) if thinks else (plain, in_question(wanted)):
        text = made if one is plain else await render(one)
        if text is not None and text.startswith(head) and _continues(text[at:], wanted, prefix, marks):
            return Beginning(text[at:], one, head=head)
    return Beginning(wanted, made=made or "", head=head)


def continued(chat: Sequence[Mapping[str, Any]], begun: Message | None) -> list[dict[str, Any]]:
    """The chat with a message to be continued: an assistant's after the question, or the question with more words."""
    said = [dict(each) for each in chat]
    if begun is None:
        return said
    if begun["role"] != "user":
        return [*said, dict(begun)]
    *parts, words = said[-1]["content"]
    said[-1]["content"] = [*parts, {**words, "text": words["text"] + begun["content"]}]
    return said


def in_question(text: str) -> dict[str, str]:
    """All that ends the question and begins the reply, as words of the question."""
    return {"role": "user", "content": text}


def message(content: str, reasoning: str = "") -> dict[str, str]:
    """An assistant's message that is to be continued."""
    thought = {"reasoning": reasoning, "reasoning_content": reasoning} if reasoning else {}  # new and old servers
    return {"role": "assistant", "content": content, **thought}


def _rest(wanted: str, made: str) -> str:
    same = next((at for at, pair in enumerate(zip(wanted, made, strict=False)) if len(set(pair)) > 1), len(made))
    return wanted[same:]


def _continues(text: str, wanted: str, prefix: str, marks: Marks) -> bool:
    """Whether the text says what is wanted, but for blanks and empty thinking, and is closed where that is closed."""
    thought = THOUGHT in wanted.removesuffix(prefix)
    if not text.endswith(prefix) or thinking.opened(text, marks) or (THOUGHT in text) != thought:
        return False
    return _words(text, marks) == _words(wanted, marks)


def _words(text: str, marks: Marks) -> str:
    """The text without blanks and without thinking."""
    begin, end = map(re.escape, marks)
    return "".join(re.sub(f"{begin}.*?{end}", "", text, flags=re.DOTALL).split())
