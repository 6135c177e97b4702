"""Where tables are printed."""

from __future__ import annotations

import sys

from rich.console import Console

WIDE = 1000
"""Columns where nobody looks on: the next program gets every cell in one piece."""


def to_stdout() -> Console:
    """The standard output, as wide as the terminal where it is one."""
    return Console(width=None if sys.stdout.isatty() else WIDE)
