"""One thread that judges: all that waits goes through one stream, so that the engine's window is full under load."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.assessing.stream import Asking, Ready
from idetex_plugin.engines.base import EngineDeadError
from idetex_plugin.gating.pairs import Pair
from idetex_plugin.pipeline.pipeline import Pipeline

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Job:
    """What to assess, or a pair to judge in a pipeline; and where the result goes."""

    work: Any
    pipeline: Pipeline | None = None
    done: Future[Any] = field(default_factory=Future)


class Worker:
    """Give it jobs; their futures get an `Assessment`, or a `Verdict`, or an error. Raises PolicyError at once.

    A job whose future was cancelled before its turn is passed over, and one that fails disturbs no other.
    """

    def __init__(self, assessor: Assessor, name: str = "idetex serve") -> None:
        self._assessor, self._name = assessor, name
        self._pipelines: dict[str, Pipeline] = {}
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._ends = False
        self.dead = ""
        """Why the engine answers nothing more; "" while it does."""
        self._thread = threading.Thread(target=self._run, name="idetex-serve", daemon=True)
        self._thread.start()

    def assess(self, source: Any) -> Future[Any]:
        """The assessment of anything that `load_photo` takes."""
        return self._put(Job(source))

    def judge(self, pair: Pair, policy: str) -> Future[Any]:
        """The verdict on a pair under the policy of this name or file."""
        if policy not in self._pipelines:
            self._pipelines[policy] = Pipeline(self._name, policy=policy, assessor=self._assessor)
        return self._put(Job(pair, self._pipelines[policy]))

    def close(self) -> None:
        """Finish what waits, then end."""
        self._jobs.put(None)
        self._thread.join()

    def _put(self, job: Job) -> Future[Any]:
        self._jobs.put(job)
        return job.done

    def _run(self) -> None:
        while not self._ends and (first := self._jobs.get()) is not None:
            self._stream(first)

    def _stream(self, first: Job) -> None:
        """This job, and all that come before the stream has run empty."""
        taken: set[Job] = set()

        def prepare(job: Job) -> Asking[Any] | Ready[Any] | None:
            prepared = self._prepare(job)
            if prepared is None:
                taken.discard(job)
            return prepared

        try:
            for job, result in self._assessor.stream_prepared(self._waiting(first, taken), prepare):
                self.dead = ""
                taken.discard(job)
                self._finish(job, result)
        except BaseException as error:
            if isinstance(error, EngineDeadError):
                self.dead = str(error)
            for job in list(taken):
                if not job.done.done():
                    job.done.set_exception(error)

    def _waiting(self, first: Job, taken: set[Job]) -> Iterator[tuple[Job, Job]]:
        """The jobs that wait, until none does."""
        job: Job | None = first
        while job is not None:
            taken.add(job)
            yield job, job
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
        self._ends = True

    def _prepare(self, job: Job) -> Asking[Any] | Ready[Any] | None:
        if not job.done.set_running_or_notify_cancel():
            return None
        try:
            return self._assessor.prepare(job.work) if job.pipeline is None else job.pipeline.gate.prepare(job.work)
        except Exception as error:
            return _failed(job, error)

    def _finish(self, job: Job, result: Any) -> None:
        try:
            if job.pipeline is None:
                self._assessor.notify(result)
            else:
                result = job.pipeline.decided(job.work, result)
        except Exception as error:
            _failed(job, error)
        else:
            job.done.set_result(result)


def _failed(job: Job, error: Exception) -> None:
    log.exception("a request failed")
    job.done.set_exception(error)
