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
from idetex_plugin.assessing.stream import Awaiting, Ready
from idetex_plugin.engines.base import EngineDeadError
from idetex_plugin.gating.pairs import Pair
from idetex_plugin.pipeline.pipeline import Pipeline

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class ServiceCall:
    """What to assess, or a pair to judge in a pipeline; and where the result goes."""

    work: Any
    pipeline: Pipeline | None = None
    done: Future[Any] = field(default_factory=Future)


class Worker:
    """Give it calls; their futures get an `Assessment`, or a `Verdict`, or an error. Raises PolicyError at once.

    A call whose future was cancelled before its turn is passed over, and one that fails disturbs no other.
    """

    def __init__(self, assessor: Assessor, name: str = "idetex serve") -> None:
        self._assessor, self._name = assessor, name
        self._pipelines: dict[str, Pipeline] = {}
        self._calls: queue.Queue[ServiceCall | None] = queue.Queue()
        self._ends = False
        self.dead = ""
        """Why the engine answers nothing more; "" while it does."""
        self._thread = threading.Thread(target=self._run, name="idetex-serve", daemon=True)
        self._thread.start()

    def assess(self, source: Any) -> Future[Any]:
        """The assessment of anything that `load_photo` takes."""
        return self._put(ServiceCall(source))

    def judge(self, pair: Pair, policy: str) -> Future[Any]:
        """The verdict on a pair under the policy of this name or file."""
        if policy not in self._pipelines:
            self._pipelines[policy] = Pipeline(self._name, policy=policy, assessor=self._assessor)
        return self._put(ServiceCall(pair, self._pipelines[policy]))

    def close(self) -> None:
        """Finish what waits, then end."""
        self._calls.put(None)
        self._thread.join()

    def _put(self, call: ServiceCall) -> Future[Any]:
        self._calls.put(call)
        return call.done

    def _run(self) -> None:
        while not self._ends and (first := self._calls.get()) is not None:
            self._stream(first)

    def _stream(self, first: ServiceCall) -> None:
        """This call, and all that come before the stream has run empty."""
        taken: set[ServiceCall] = set()

        def prepare(call: ServiceCall) -> Awaiting[Any] | Ready[Any] | None:
            prepared = self._prepare(call)
            if prepared is None:
                taken.discard(call)
            return prepared

        try:
            for call, result in self._assessor.stream_prepared(self._waiting(first, taken), prepare):
                self.dead = ""
                taken.discard(call)
                self._finish(call, result)
        except BaseException as error:
            if isinstance(error, EngineDeadError):
                self.dead = str(error)
            for call in list(taken):
                if not call.done.done():
                    call.done.set_exception(error)

    def _waiting(self, first: ServiceCall, taken: set[ServiceCall]) -> Iterator[tuple[ServiceCall, ServiceCall]]:
        """The calls that wait, until none does."""
        call: ServiceCall | None = first
        while call is not None:
            taken.add(call)
            yield call, call
            try:
                call = self._calls.get_nowait()
            except queue.Empty:
                return
        self._ends = True

    def _prepare(self, call: ServiceCall) -> Awaiting[Any] | Ready[Any] | None:
        if not call.done.set_running_or_notify_cancel():
            return None
        try:
            return self._assessor.prepare(call.work) if call.pipeline is None else call.pipeline.gate.prepare(call.work)
        except Exception as error:
            _failed(call, error)
            return None

    def _finish(self, call: ServiceCall, result: Any) -> None:
        try:
            if call.pipeline is None:
                self._assessor.notify(result)
            else:
                result = call.pipeline.decided(call.work, result)
        except Exception as error:
            _failed(call, error)
        else:
            call.done.set_result(result)


def _failed(call: ServiceCall, error: Exception) -> None:
    log.exception("a request failed")
    call.done.set_exception(error)
