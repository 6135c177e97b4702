"""Text on a terminal: names of files are data, and nothing in them may move its cursor, colour it or forge a line."""

from __future__ import annotations

import unicodedata

import typer

LINES = frozenset("\n\t")
UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of Unicode that are escaped: controls, half characters, and separators of lines and paragraphs."""
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What makes a terminal show text in another order than it is written."""


def printable(text: str, *, lines: bool = False) -> str:
    """The text with controls as escapes, such as `\\x1b`. lines: leave line ends and tabs as they are."""
    if text.isascii() and text.isprintable():
        return text
    kept = LINES if lines else frozenset[str]()
    return "".join(_escaped(each) if _is_unsafe(each) and each not in kept else each for each in text)


def say(text: str, *, err: bool = False) -> None:
    """Print one line, whatever a name in it holds."""
    typer.echo(printable(text), err=err)


def _is_unsafe(character: str) -> bool:
    return unicodedata.category(character) in UNSEEN or character in TURNING


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
