"""Assessing photos into a run folder: what is known is kept, equal content is copied, the rest is assessed."""

from __future__ import annotations

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
    being assessed, is not asked about again. With `retry_failed`, rows of failures count as absent, once a command.
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
        self._waiting: dict[str, list[Job]] = {}
        self._failed_again: set[str] = set()
        self.outcomes: Counter[Handling] = Counter()
        self.failed = 0

    def do(self, sources: Iterable[Source]) -> None:
        """Give every source its row. Memory does not grow with their number. Only a dead engine raises."""
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
            if state is None or (self._retry_failed and state is State.FAILED):
                yield Job(source, stamp), source
            else:
                self._step(source, Handling.KEPT, state)

    def _claim(self, job: Job, sha256: str) -> bool:
        with self._lock:
            if sha256 in self._waiting:
                self._waiting[sha256].append(job)
                return False
            failures_count = not self._retry_failed or sha256 in self._failed_again
            row = self._run.find_content(sha256, failed=failures_count)
            if row is None:
                self._waiting[sha256] = []
                return True
        self._reuse(job, row)
        return False

    def _reuse(self, job: Job, row: Row) -> None:
        if path_key(job.source.path) == path_key(row.path):
            self._run.touch(row.path, job.stamp)
            self._step(job.source, Handling.KEPT, row.state)
        else:
            self._copy(job, row.assessment, row.copied_from or row.assessment.photo.name)

    def _finish(self, job: Job, assessment: Assessment) -> None:
        self._run.write(job.source.path, job.stamp, assessment)
        with self._lock:
            sha256 = assessment.photo.sha256 or ""
            waiting = self._waiting.pop(sha256, [])
            if self._retry_failed and assessment.state is State.FAILED:
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
        with self._lock:
            self.outcomes[outcome] += 1
            self.failed += state is State.FAILED
        self._on_step(PhotoDone(source.name, outcome, state))
