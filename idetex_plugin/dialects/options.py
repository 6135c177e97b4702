"""Questions with lettered options: "A. Noise", answered by a letter."""

from __future__ import annotations

import re
from string import ascii_uppercase

from idetex_plugin.dialects.reading import spoken, unreadable
from idetex_plugin.words.assessment import Answer
from idetex_plugin.words.question import Question
from idetex_plugin.words.request import Reply

LETTER = re.compile(r"\(?([A-Z])(?:[.):]+\s*(.*))?", re.DOTALL)


def lettered(question: Question) -> str:
    """The preamble if any, the question, and its options a line each."""
    options = (f"{letter}. {option}" for letter, option in zip(ascii_uppercase, question.options, strict=False))
    return "\n".join([*filter(None, [question.preamble]), question.text, *options])


def letters(question: Question) -> tuple[str, ...]:
    """The letters of its options."""
    return tuple(ascii_uppercase[: len(question.options)])


def read_letter(reply: Reply, question: Question) -> Answer:
    """The answer from "B", "B." or "B. Noise", or from the option's own words. Raises UnreadableError."""
    choice = _chosen(spoken(reply.text), question)
    shares = [reply.choice_probabilities.get(letter) for letter in letters(question)]
    probabilities = {
        option: share for option, share in zip(question.options, shares, strict=True) if share is not None
    }
    return Answer(
        name=question.name, question=question.text, options=question.options, choice=choice,
        probabilities=probabilities if len(probabilities) == len(question.options) else {},
    )


def _chosen(text: str, question: Question) -> str:
    match = LETTER.fullmatch(text)
    if match is not None and match[1] in letters(question):
        option = question.options[ascii_uppercase.index(match[1])]
        if not match[2] or _plain(match[2]) == _plain(option):
            return option
    for option in question.options:
        if _plain(text) == _plain(option):
            return option
    raise unreadable(f"none of the {len(question.options)} options of {question.name!r}", text)


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(".").casefold()
