"""The exit codes of every command, and how a command ends with one."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NoReturn

import typer

from idetex_plugin.cli.printing import printable


class Exit(IntEnum):
    """What the exit code of `idetex` means. Documented in docs/exit-codes.md."""

    OK = 0
    """Done."""
    JUDGED = 1
    """Done, but the result is over a limit that was set: too many failures, a verdict that does not pass."""
    USAGE = 2
    """Nothing was done: a wrong argument, no photos, a run folder of another model or in use by another process."""
    ENGINE = 3
    """The engine could not start, or died, or the server is down, refuses, or serves another model. What was finished
    is kept, no photo is failed for it; the same command continues."""
    STORAGE = 4
    """A run folder or an output file could not be read or written: disk full, read-only, damaged, locked. What was
    written is kept."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C. What was finished is kept; the same command continues."""
    UNREAD = 141
    """Whoever read the output has gone, as in `idetex export RUN | head`."""


def stop(message: str | Exception, code: Exit = Exit.USAGE, *more: str) -> NoReturn:
    """Print the message to stderr and leave with this code.

    It is one line, also where the name of a file in it has more; but what a `FaultsError` or an engine says in several
    lines stays so. more: further lines.
    """
    from idetex_plugin.words.record import FaultsError

    lines: Sequence[str] = (str(message),)
    if isinstance(message, FaultsError):
        lines = message.lines
    elif code is Exit.ENGINE:
        lines = str(message).split("\n")
    text = "\n".join(map(printable, (*lines, *more)))
    typer.echo(f"idetex: {text}", err=True)
    raise typer.Exit(code)
