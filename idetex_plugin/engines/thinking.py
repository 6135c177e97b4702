"""What a checkpoint thinks before it answers: prompts that end inside of it, and replies that hold some.

The marks are the card's, such as <think> and </think>.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

from idetex_plugin.words.card import Card
from idetex_plugin.words.request import Reply, Token

Marks = tuple[str, str]


def opened(start: str, marks: Marks) -> bool:
    """Whether a reply begins inside the thinking. `start`: what the chat template puts between prompt and reply."""
    return start.rfind(marks[0]) > start.rfind(marks[1])


def refusal(card: Card) -> str:
    """Why a prompt that ends inside the thinking is not asked."""
    return (
        f"card {card.name!r}: the chat template ends inside {card.thinking[0]}, so that a reply would be thinking and "
        "no answer. Set template_arguments on the card (most such templates know enable_thinking = false), or "
        "thinking_tokens: how long the checkpoint may think before it answers"
    )


def thought(text: str, marks: Marks) -> str:
    """The thinking that was generated, up to its end, without marks and outer blanks."""
    begin, end = marks
    return text.partition(end)[0].replace(begin, "").strip()


def closed(start: str, thought: str, marks: Marks) -> str:
    """What stands between the prompt and the answer, once the checkpoint has thought this. An empty line follows a tag
    such as </think>; other marks are followed by the answer itself, as Gemma 4 writes."""
    return f"{begun(start, marks)}{thought}\n{marks[1]}" + ("\n\n" if marks[1].startswith("</") else "")


def begun(start: str, marks: Marks) -> str:
    """What stands between the prompt and the thinking: `start`, and the mark that opens it where it does not."""
    return start if opened(start, marks) else f"{start}{marks[0]}\n"


def separated(reply: Reply, marks: Marks) -> Reply:
    """The reply without the thinking at its beginning, which is kept as `reasoning`."""
    begin, end = marks
    if not reply.text.lstrip().startswith(begin):
        return reply
    at = reply.text.find(end)
    if at < 0:
        return replace(reply, text="", tokens=(), reasoning=thought(reply.text, marks))
    rest = reply.text[at + len(end) :].lstrip()
    return replace(
        reply, text=rest, tokens=_last(reply.tokens, len(rest)), reasoning=thought(reply.text[:at], marks)
    )


def _last(tokens: tuple[Token, ...], length: int) -> tuple[Token, ...]:
    """The tokens that spell the last `length` characters; of one that begins before them, its part."""
    starts = [0, *accumulate(len(token.text) for token in tokens)]
    first = starts[-1] - length
    return tuple(
        replace(token, text=token.text[max(first - start, 0) :])
        for token, start in zip(tokens, starts, strict=False)
        if start + len(token.text) > first
    )
