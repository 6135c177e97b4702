"""Text on a terminal: names of files are data, and nothing in them may move its cursor, colour it or forge a line."""

from __future__ import annotations

import os
import sys
import unicodedata
from typing import Annotated

import typer

LINES = frozenset("\n\t")
UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of Unicode that are escaped: controls, half characters, and separators of lines and paragraphs."""
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What makes a terminal show text in another order than it is written."""


Null = Annotated[bool, typer.Option("--null", "-0", help="End each path with a zero byte, as for xargs -0.")]


def printable(text: str, *, lines: bool = False) -> str:
    """The text with controls as escapes, such as `\\x1b`. lines: leave line ends and tabs as they are."""
    if text.isascii() and text.isprintable():
        return text
    kept = LINES if lines else frozenset[str]()
    return "".join(_escaped(each) if _is_unsafe(each) and each not in kept else each for each in text)


def say(text: str, *, err: bool = False) -> None:
    """Print one line, whatever a name in it holds."""
    typer.echo(printable(text), err=err)


def say_lines(text: str) -> None:
    """Print lines, whatever else is in them."""
    typer.echo(printable(text, lines=True))


def print_path(path: str | os.PathLike[str], *, null: bool = False) -> None:
    """Print a path on a line of its own: for a terminal with escapes, for a program as the bytes that it is.

    null: for a program that takes any name, a zero byte ends it in place of a line end, as in `find -print0`.
    """
    if null:
        typer.echo(os.fsencode(path) + b"\0", nl=False)
    elif to_terminal():
        say(os.fsencode(path).decode("utf-8", "backslashreplace"))
    else:
        typer.echo(os.fsencode(path) + b"\n", nl=False)


def to_terminal() -> bool:
    """Whether people read the output."""
    return sys.stdout.isatty()


def _is_unsafe(character: str) -> bool:
    return unicodedata.category(character) in UNSEEN or character in TURNING


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
