"""Rows of a run that stand for nothing any more: their photo is gone, or they cannot be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from idetex_plugin.runs.rows import absolute
from idetex_plugin.runs.store import Run

PAGE = 5000


def missing(run: Run) -> Iterator[tuple[int, Path]]:
    """Number and path of every row whose file is not there."""
    root = None if run.root is None else os.fsencode(run.root)
    last = -1
    while page := run.query("SELECT number, path FROM photos WHERE number > ? ORDER BY number LIMIT ?", last, PAGE):
        for number, path in page:
            whole = absolute(path, root)
            if not os.path.lexists(whole):
                yield number, Path(os.fsdecode(whole))
        last = page[-1][0]


def unreadable(run: Run) -> Iterator[tuple[int, str]]:
    """Number of every row that cannot be read, and why."""
    return ((row.number, row.unreadable) for row in run.rows() if row.unreadable)
