"""A progress bar on stderr while a stage trains; elsewhere than on a terminal, nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def bar(
    name: str, total: int, done: int, console: Console | None = None, *, shown: bool = True
) -> Iterator[Callable[[], None]]:
    """Gives what is to be called after each step. total, done: steps in all, and before this run."""
    console = console or Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, disable=not (shown and console.is_terminal)) as progress:
        task = progress.add_task(name, total=total, completed=done)
        yield lambda: progress.advance(task)
