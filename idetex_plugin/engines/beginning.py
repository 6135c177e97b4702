"""How a reply is begun in a chat template, so that every engine begins it with the same words.

A reply is begun by what stands between prompt and reply, by a prefix, or by what the checkpoint has thought. A server
takes a begun reply as an assistant's message that it is to continue, and templates treat such a message in their own
ways: some put a blank before it, some leave an empty thinking out of it or write a thinking anew. So where the template
can be made to give the plain sum of these parts, the reply begins with that. Where it differs in blanks or in empty
thinking alone, the reply begins as the template has it, for so the checkpoint has seen it. Anything else is refused.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass

from idetex_plugin.engines import thinking
from idetex_plugin.engines.thinking import Marks
from idetex_plugin.words.request import Request

PROBE = Request("?", ())
THOUGHT = "xyzzy"
Message = Mapping[str, str]
Steps = Generator[Message | None, str | None, "Beginning"]


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a reply begins.

    text: what stands between the prompt and the rest of the reply; None where the template is not known.
    message: the assistant's message which the template continues to this text; None for a reply that is not begun, and
        where no message gives the text.
    made: what the template makes of the plain message, for people to read.
    """

    text: str | None
    message: Message | None = None
    made: str = ""

    def after(self, thought: str | None) -> Beginning:
        """The same, once the checkpoint has thought this in place of the probe's thought."""
        if thought is None:
            return self
        text = None if self.text is None else self.text.replace(THOUGHT, thought, 1)
        message = {key: value.replace(THOUGHT, thought, 1) for key, value in (self.message or {}).items()}
        return Beginning(text, message or None, self.made)


def begin(prefix: str, marks: Marks, *, thinks: bool) -> Steps:
    """Yields assistants' messages, None for none, to be rendered after `PROBE`; takes each text, None where it cannot
    be had. Gives how a reply with this prefix is begun, after having thought `THOUGHT` if it thinks."""
    plain = message((thinking.closed("", THOUGHT, marks) if thinks else "") + prefix)
    chat = yield None
    if chat is None:
        return Beginning(None, plain if plain["content"] else None)
    at = chat.rfind(PROBE.prompt) + len(PROBE.prompt)
    head, tail = chat[:at], chat[at:]
    if not thinks and not prefix:
        return Beginning(tail)
    wanted = (thinking.closed(tail, THOUGHT, marks) if thinks else tail) + prefix
    made = yield plain
    if made == head + wanted:
        return Beginning(wanted, plain)
    if made is not None:
        more = message(_rest(head + wanted, made))
        if more != plain and (yield more) == head + wanted:
            return Beginning(wanted, more)
    for one in (plain, message(prefix, THOUGHT)) if thinks else (plain,):
        text = yield one
        if text is not None and text.startswith(head) and _continues(text[at:], wanted, prefix, marks):
            return Beginning(text[at:], one)
    return Beginning(wanted, made=made or "")


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
