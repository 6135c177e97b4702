"""Comparing pairs in processes of their own, since the metric holds a core of its process for most of its time."""

from __future__ import annotations

import logging
import os
import signal
import threading
import warnings
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Self

from idetex_plugin.gating.compare import PairComparison, compare
from idetex_plugin.gating.pairs import Pair
from idetex_plugin.words.policy import Policy

log = logging.getLogger(__name__)
ALONE = 8
"""So many pairs are compared before a process is started, which takes as long as some of them."""


class GateWorkers:
    """Give it to a `Gate` as `comparer`: pairs of paths or bytes are compared in at most so many processes.

    The first pairs, and those of PIL images, arrays and open files, are compared in the calling thread. Where a process
    dies, as when memory is short, what it had is compared in this one, a pair at a time. Safe to use from several
    threads; as many as there are processes keep them busy. Processes are spawned: a script that uses this needs its
    `if __name__ == "__main__"`.
    """

    def __init__(self, count: int) -> None:
        if count < 1:
            raise ValueError(f"{count} workers: at least one is needed")
        self.count = count
        self._pool: ProcessPoolExecutor | None = None
        self._seen = 0
        self._lock, self._alone = threading.Lock(), threading.Lock()

    def __call__(self, pair: Pair, policy: Policy, max_pixels: int) -> PairComparison:
        """See `compare.compare`; what comes from a process has left its pixels there."""
        pool = self._pool_for(pair)
        if pool is None:
            return compare(pair, policy, max_pixels)
        try:
            done: Future[PairComparison] = pool.submit(_compare, pair, policy, max_pixels)
            return done.result()
        except BrokenProcessPool:
            self._forget(pool)
        with self._alone:
            return compare(pair, policy, max_pixels)

    def close(self) -> None:
        """End the processes after what they are at. Idempotent."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    def _pool_for(self, pair: Pair) -> ProcessPoolExecutor | None:
        if not all(isinstance(source, str | os.PathLike | bytes | None) for source in (pair.original, pair.compressed)):
            return None
        with self._lock:
            self._seen += 1
            if self._seen <= ALONE:
                return None
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    self.count, get_context("spawn"), initializer=_begin, initargs=(list(warnings.filters),)
                )
            return self._pool

    def _forget(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is pool:
                log.warning("a process that compared photos has died; another one takes its place")
                self._pool = None
        pool.shutdown(wait=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _begin(filters: list[Any]) -> None:
    """In each process: warn of what the parent warns of, leave Ctrl-C to it, and end with it, however it ends."""
    warnings.filters = filters
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _compare(pair: Pair, policy: Policy, max_pixels: int) -> PairComparison:
    return compare(pair, policy, max_pixels).without_pixels()
