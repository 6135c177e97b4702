"""The exit codes of every command, and how a command ends with one."""

from __future__ import annotations

from enum import IntEnum
from typing import NoReturn

import typer


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


def stop(message: str, code: Exit = Exit.USAGE) -> NoReturn:
    """Print the message to stderr and leave with this code."""
    typer.echo(f"idetex: {message}", err=True)
    raise typer.Exit(code)
