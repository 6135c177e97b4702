"""Progress on stderr: a bar with rate and time left on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from idetex_plugin.cli.printing import printable

LINE_SECONDS = 10.0


class Meter(Protocol):
    """Counts steps and shows them, between entering and leaving it."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def step(self, *, failed: bool = False, kept: bool = False) -> None:
        """Count one. kept: it was done before. May be called from any thread."""
        ...

    def say(self, message: str) -> None:
        """Show a message without tearing the progress."""
        ...


class Total(Protocol):
    """How many there are: `total` once that is known, `found` so far."""

    found: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Labels:
    """What is counted, what is done with it, and what those are called that `Meter.step` is told have failed."""

    counted: str = "photos"
    doing: str = "assessing"
    failed: str = "failed"


def meter(total: Total, console: Console, words: Labels = Labels()) -> Meter:
    """The meter that fits this console."""
    return BarMeter(total, console, words) if console.is_terminal else LineMeter(total, console, words)


class BarMeter:
    """A rich progress bar. Where an error ends it before the first step, nothing of it stays."""

    def __init__(self, total: Total, console: Console, words: Labels) -> None:
        self._words = words
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), CountColumn(total), RateColumn(words.counted),
            TimeRemainingColumn(), TextColumn("{task.fields[failed]}"),
            console=console, redirect_stdout=sys.stdout.isatty(),
        )  # fmt: skip
        self._total = total
        self._task = self._progress.add_task("starting", total=total.total, failed="", start=False)
        self._lock = threading.Lock()
        self._failed = self._fresh = 0
        self._begun = False

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and not self._begun:
            self._progress.live.transient = True
        self._progress.update(self._task, total=self._total.total)
        self._progress.stop()

    def step(self, *, failed: bool = False, kept: bool = False) -> None:
        """Advance the bar. What was kept counts as done before the start, so that the rate is that of new ones."""
        with self._lock:
            self._begun = True
            self._failed += failed
            told = f"{self._failed} {self._words.failed}" if self._failed else ""
            if kept:
                self._progress.update(self._task, advance=1, failed=told, total=self._total.total)
                return
            if not self._fresh:
                self._progress.start_task(self._task)
            self._fresh += 1
            self._progress.update(
                self._task, advance=1, failed=told, description=self._words.doing, total=self._total.total
            )

    def say(self, message: str) -> None:
        """Print above the bar."""
        self._progress.console.print(printable(message), markup=False, highlight=False)


class CountColumn(ProgressColumn):
    """Those done of all, or of those found so far while the search goes on."""

    def __init__(self, total: Total) -> None:
        super().__init__()
        self._total = total

    def render(self, task: Task) -> Text:
        """Such as 12/300, or 12/300+ while more may be found."""
        return Text(f"{task.completed:.0f}/{count(self._total)}")


class RateColumn(ProgressColumn):
    """So many a second over the last while, or the seconds of one when that is slow."""

    def __init__(self, counted: str) -> None:
        super().__init__()
        self._counted = counted

    def render(self, task: Task) -> Text:
        """The rate of the bar's task, empty while unknown."""
        speed = task.finished_speed or task.speed
        if not speed:
            return Text("")
        return Text(f"{speed:.1f} {self._counted}/s" if speed >= 1 else f"{1 / speed:.1f} s/{self._counted[:-1]}")


class LineMeter:
    """A line every ten seconds, for logs, and one at the end unless an error ends it before the first step."""

    def __init__(self, total: Total, console: Console, words: Labels) -> None:
        self._total, self._console, self._words = total, console, words
        self._lock = threading.Lock()
        self._done = self._failed = self._fresh = 0
        self._began = self._said = time.monotonic()
        self._first = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and not self._done:
            return
        taken = f"{time.monotonic() - self._began:.0f} s"
        self.say(f"{self._done}/{count(self._total)} {self._words.counted} in {taken}{self._failures()}")

    def step(self, *, failed: bool = False, kept: bool = False) -> None:
        """Count, and print a line if the last one is ten seconds old."""
        with self._lock:
            self._done += 1
            self._failed += failed
            if not kept:
                self._fresh += 1
                self._first = self._first or time.monotonic()
            if time.monotonic() - self._said >= LINE_SECONDS:
                self._said = time.monotonic()
                self.say(self._line())

    def say(self, message: str) -> None:
        """Print one line."""
        self._console.print(printable(message), markup=False, highlight=False, soft_wrap=True)

    def _line(self) -> str:
        return f"{self._done}/{count(self._total)} {self._words.counted}{self._speed()}{self._failures()}"

    def _failures(self) -> str:
        return f", {self._failed} {self._words.failed}" if self._failed else ""

    def _speed(self) -> str:
        """Counted from the first new photo on, so that the engine's start does not slow the estimate."""
        seconds = time.monotonic() - self._first
        if self._fresh < 2 or seconds <= 0:
            return ""
        rate = (self._fresh - 1) / seconds
        total = self._total.total
        left = f", {(total - self._done) / rate:.0f} s left" if total is not None and self._done < total else ""
        return f", {rate:.1f} {self._words.counted}/s{left}"


def count(total: Total) -> str:
    """How many there are, with a + while more may be found."""
    return f"{total.found}+" if total.total is None else str(total.total)


@contextmanager
def counting() -> Iterator[Callable[[], None]]:
    """A spinner that counts photos whose number nobody knows; what it gives counts one."""
    columns = SpinnerColumn(), TextColumn("{task.completed} photos"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("photos", total=None)
        yield lambda: bar.advance(task)
