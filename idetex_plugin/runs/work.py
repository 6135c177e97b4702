"""Assessing photos into a run folder: what is known is kept, equal content is copied, the rest is assessed."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.photo.sources import Source
from idetex_plugin.plugins.events import RunFinished, RunStarted
from idetex_plugin.runs.rows import Row, Stamp, copy_for, path_key
from idetex_plugin.runs.store import Run
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.failure import State


class Handling(StrEnum):
    """What happened to one photo of a command."""

    KEPT = "kept"
    """Its row was there already."""
    COPIED = "copied"
    """Another photo with the same content has been assessed, and its result was copied."""
    ASSESSED = "assessed"
    """It was assessed, or found unreadable, now."""


@dataclass(frozen=True, slots=True)
class PhotoDone:
    """One photo done: its row is written. `state` is that of the row."""

    name: str
    outcome: Handling
    state: State


@dataclass(frozen=True, slots=True)
class Job:
    """One photo on its way to its row."""

    source: Source
    stamp: Stamp


class Work:
    """One command's work on a run.

    A photo whose file has the size and date of its row is not opened. A readable photo whose content has a row, or is
    being assessed, is not asked about again; if the file of that row is gone, the photo was moved, and so is its row.
    Rows of failures whose reason may pass count as absent, once a command; with `retry_failed` those of all failures.
    on_step: called for every photo when its row is written, from any thread.
    """

    def __init__(
        self,
        run: Run,
        assessor: Assessor,
        *,
        retry_failed: bool = False,
        on_step: Callable[[PhotoDone], None] = lambda step: None,
    ) -> None:
        self._run = run
        self._assessor = assessor
        self._retry_failed = retry_failed
        self._on_step = on_step
        self._lock = threading.Lock()
        self._counting = threading.Lock()
        self._waiting: dict[str, list[Job]] = {}
        self._failed_again: set[str] = set()
        self.outcomes: Counter[Handling] = Counter()
        self.failed = 0
        self._known_server = False

    def do(self, sources: Iterable[Source]) -> None:
        """Give every source its row. Memory does not grow with their number.

        Raises EngineDeadError, and RunError when the run's storage fails or its server serves something else.
        """
        about = self._run.folder, self._assessor.card.name, self._assessor.fingerprint
        self._assessor.hooks.notify(RunStarted(*about))
        try:
            for job, assessment in self._assessor.stream(self._jobs(sources), claim=self._claim):
                self._finish(job, assessment)
        finally:
            done = self.outcomes
            self._assessor.hooks.notify(
                RunFinished(*about, done[Handling.KEPT], done[Handling.COPIED], done[Handling.ASSESSED], self.failed)
            )

    def _jobs(self, sources: Iterable[Source]) -> Iterator[tuple[Job, Source]]:
        for source in sources:
            stamp = Stamp.of(source.path)
            state = self._run.state_of(source.path, stamp)
            if state is None or (state is State.FAILED and self._counts_as_absent(source)):
                yield Job(source, stamp), source
            else:
                self._step(source, Handling.KEPT, state)

    def _counts_as_absent(self, source: Source) -> bool:
        if self._retry_failed:
            return True
        row = self._run.find(source.path)
        return row is not None and row.passing

    def _claim(self, job: Job, sha256: str) -> bool:
        with self._lock:
            if sha256 in self._waiting:
                self._waiting[sha256].append(job)
                return False
            again = sha256 in self._failed_again
            rows = [row for row in self._run.with_content(sha256) if again or not self._retry(row)]
            if not rows:
                self._waiting[sha256] = []
                return True
        self._reuse(job, rows)
        return False

    def _retry(self, row: Row) -> bool:
        return row.passing or (self._retry_failed and row.state is State.FAILED)

    def _reuse(self, job: Job, rows: list[Row]) -> None:
        own = next((row for row in rows if path_key(job.source.path) == path_key(row.path)), None)
        if own is not None:
            self._run.touch(own.path, job.stamp)
            self._step(job.source, Handling.KEPT, own.state)
            return
        moved = self._adopt(job, rows)
        if moved is not None:
            self._step(job.source, Handling.KEPT, moved.state)
            return
        self._copy(job, rows[0].assessment, rows[0].copied_from or rows[0].assessment.photo.name)

    def _adopt(self, job: Job, rows: list[Row]) -> Row | None:
        """The row of the same content whose file is gone, which becomes that of this photo; or None."""
        if any(path_key(job.source.path) == path_key(row.path) for row in rows):
            return None
        gone = next((row for row in rows if not os.path.lexists(row.path)), None)
        if gone is not None and self._run.move(gone, job.source.path, job.source.name, job.stamp):
            return gone
        return None

    def _know_server(self, assessment: Assessment) -> None:
        """Note what the server serves before the first row that is written by it."""
        if not self._known_server and assessment.engine:
            self._known_server = True
            served = getattr(self._assessor.start(), "served", None)
            if served is not None:
                self._run.note_served(served.plain())

    def _finish(self, job: Job, assessment: Assessment) -> None:
        self._know_server(assessment)
        if assessment.photo.sha256:
            self._adopt(job, self._run.with_content(assessment.photo.sha256))
        self._run.write(job.source.path, job.stamp, assessment)
        with self._lock:
            sha256 = assessment.photo.sha256 or ""
            waiting = self._waiting.pop(sha256, [])
            if assessment.state is State.FAILED:
                self._failed_again.add(sha256)
        self._step(job.source, Handling.ASSESSED, assessment.state)
        for other in waiting:
            self._copy(other, assessment, assessment.photo.name)

    def _copy(self, job: Job, assessment: Assessment, original: str) -> None:
        copy = copy_for(job.source.name, assessment, original)
        self._run.write(job.source.path, job.stamp, copy, original)
        self._assessor.notify(copy)
        self._step(job.source, Handling.COPIED, assessment.state)

    def _step(self, source: Source, outcome: Handling, state: State) -> None:
        with self._counting:
            self.outcomes[outcome] += 1
            self.failed += state is State.FAILED
        self._on_step(PhotoDone(source.name, outcome, state))
