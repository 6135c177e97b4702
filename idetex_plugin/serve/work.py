"""One thread that judges: it takes all that waits as one batch, so that the engine's window is full under load."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.gating.pairs import Pair
from idetex_plugin.pipeline.pipeline import Pipeline

BATCH = 64


@dataclass(frozen=True, slots=True)
class Job:
    """What to assess, or to judge under a policy; and where the result goes."""

    work: Any
    policy: str | None = None
    done: Future[Any] = field(default_factory=Future)


class Worker:
    """Give it jobs; their futures get an `Assessment`, or a `Verdict`, or an error. Raises PolicyError at once.

    A job whose future was cancelled before its turn is passed over.
    """

    def __init__(self, assessor: Assessor, name: str = "idetex serve") -> None:
        self._assessor, self._name = assessor, name
        self._pipelines: dict[str, Pipeline] = {}
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="idetex-serve", daemon=True)
        self._thread.start()

    def assess(self, source: Any) -> Future[Any]:
        """The assessment of anything that `load_photo` takes."""
        return self._put(Job(source))

    def judge(self, pair: Pair, policy: str) -> Future[Any]:
        """The verdict on a pair under the policy of this name or file."""
        if policy not in self._pipelines:
            self._pipelines[policy] = Pipeline(self._name, policy=policy, assessor=self._assessor)
        return self._put(Job(pair, policy))

    def close(self) -> None:
        """Finish what waits, then end."""
        self._jobs.put(None)
        self._thread.join()

    def _put(self, job: Job) -> Future[Any]:
        self._jobs.put(job)
        return job.done

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch = [job]
            ends = False
            while len(batch) < BATCH and not self._jobs.empty():
                more = self._jobs.get()
                if more is None:
                    ends = True
                    break
                batch.append(more)
            taken = [each for each in batch if each.done.set_running_or_notify_cancel()]
            for policy in dict.fromkeys(each.policy for each in taken):
                self._finish([each for each in taken if each.policy == policy], policy)
            if ends:
                return

    def _finish(self, jobs: list[Job], policy: str | None) -> None:
        items = ((number, job.work) for number, job in enumerate(jobs))
        stream: Callable[[Any], Iterator[tuple[int, Any]]]
        stream = self._assessor.stream if policy is None else self._pipelines[policy].stream
        try:
            for number, result in stream(items):
                jobs[number].done.set_result(result)
        except BaseException as error:
            for job in jobs:
                if not job.done.done():
                    job.done.set_exception(error)
