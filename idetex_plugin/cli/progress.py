"""Progress on stderr: a bar with rate and time left on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from idetex_plugin.runs.work import Handling, PhotoDone
from idetex_plugin.words.failure import State

LINE_SECONDS = 10.0


class Meter(Protocol):
    """Counts steps and shows them, between entering and leaving it."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def step(self, step: PhotoDone) -> None:
        """Count one photo. May be called from any thread."""
        ...

    def say(self, message: str) -> None:
        """Show a message without tearing the progress."""
        ...


class Total(Protocol):
    """How many photos there are: `total` once that is known, `found` so far."""

    found: int
    total: int | None


def meter(total: Total, console: Console) -> Meter:
    """The meter that fits this console."""
    return BarMeter(total, console) if console.is_terminal else LineMeter(total, console)


class BarMeter:
    """A rich progress bar."""

    def __init__(self, total: Total, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), CountColumn(total), RateColumn(), TimeRemainingColumn(),
            TextColumn("{task.fields[failed]}"),
            console=console,
        )  # fmt: skip
        self._total = total
        self._task = self._progress.add_task("starting", total=total.total, failed="", start=False)
        self._lock = threading.Lock()
        self._failed = self._fresh = self._kept = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.update(self._task, total=self._total.total)
        self._progress.stop()

    def step(self, step: PhotoDone) -> None:
        """Advance the bar. Kept rows count as done before the start, so that the rate is that of new ones."""
        with self._lock:
            self._failed += step.state is State.FAILED
            failed = f"{self._failed} failed" if self._failed else ""
            if step.outcome is Handling.KEPT:
                self._progress.update(self._task, advance=1, failed=failed, total=self._total.total)
                return
            if not self._fresh:
                self._progress.start_task(self._task)
            self._fresh += 1
            self._progress.update(
                self._task, advance=1, failed=failed, description="assessing", total=self._total.total
            )

    def say(self, message: str) -> None:
        """Print above the bar."""
        self._progress.console.print(message, markup=False, highlight=False)


class CountColumn(ProgressColumn):
    """Photos done of all, or of those found so far while the search goes on."""

    def __init__(self, total: Total) -> None:
        super().__init__()
        self._total = total

    def render(self, task: Task) -> Text:
        """Such as 12/300, or 12/300+ while more may be found."""
        return Text(f"{task.completed:.0f}/{count(self._total)}")


class RateColumn(ProgressColumn):
    """Photos a second over the last while, or a photo's seconds when that is slow."""

    def render(self, task: Task) -> Text:
        """The rate of the bar's task, empty while unknown."""
        speed = task.finished_speed or task.speed
        if not speed:
            return Text("")
        return Text(f"{speed:.1f} photos/s" if speed >= 1 else f"{1 / speed:.1f} s/photo")


class LineMeter:
    """A line every ten seconds, for logs."""

    def __init__(self, total: Total, console: Console) -> None:
        self._total = total
        self._console = console
        self._lock = threading.Lock()
        self._done = self._failed = self._fresh = 0
        self._began = self._said = time.monotonic()
        self._first = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        failed = f", {self._failed} failed" if self._failed else ""
        self.say(f"{self._done}/{count(self._total)} photos in {time.monotonic() - self._began:.0f} s{failed}")

    def step(self, step: PhotoDone) -> None:
        """Count, and print a line if the last one is ten seconds old."""
        with self._lock:
            self._done += 1
            self._failed += step.state is State.FAILED
            if step.outcome is not Handling.KEPT:
                self._fresh += 1
                self._first = self._first or time.monotonic()
            if time.monotonic() - self._said >= LINE_SECONDS:
                self._said = time.monotonic()
                self.say(self._line())

    def say(self, message: str) -> None:
        """Print one line."""
        self._console.print(message, markup=False, highlight=False, soft_wrap=True)

    def _line(self) -> str:
        failed = f", {self._failed} failed" if self._failed else ""
        return f"{self._done}/{count(self._total)} photos{self._speed()}{failed}"

    def _speed(self) -> str:
        """Counted from the first new photo on, so that the engine's start does not slow the estimate."""
        seconds = time.monotonic() - self._first
        if self._fresh < 2 or seconds <= 0:
            return ""
        rate = (self._fresh - 1) / seconds
        total = self._total.total
        left = f", {(total - self._done) / rate:.0f} s left" if total is not None and self._done < total else ""
        return f", {rate:.1f} photos/s{left}"


def count(total: Total) -> str:
    """The number of photos, with a + while more may be found."""
    return f"{total.found}+" if total.total is None else str(total.total)
