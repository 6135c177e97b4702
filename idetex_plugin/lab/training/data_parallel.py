"""Processes that train one model together: each computes the gradients of its part of a batch, and all take their mean.

On a CPU, two processes of one thread each take 1.4 times as many samples as one process of two threads.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from multiprocessing.synchronize import Barrier

import cv2
import torch

PATIENCE = 600


class Crew:
    """One of `size` processes: number `rank`. The shared tensor (size, numbers) holds the gradients of each."""

    def __init__(self, rank: int = 0, size: int = 1, shared: torch.Tensor | None = None, met: Barrier | None = None):
        self.rank, self.size, self._shared, self._met = rank, size, shared, met

    def average(self, parameters: Sequence[torch.Tensor]) -> None:
        """Replace the gradients of these by their means over the processes, which all call this. Raises
        threading.BrokenBarrierError where another one has ended, or takes ten minutes."""
        if self._shared is None or self._met is None:
            return
        own = [p.grad if p.grad is not None else torch.zeros_like(p) for p in parameters]
        torch.cat([each.flatten() for each in own], out=self._shared[self.rank])
        self._met.wait(PATIENCE)
        mean = self._shared.mean(0)
        self._met.wait(PATIENCE)
        for parameter, part in zip(parameters, mean.split([p.numel() for p in parameters]), strict=True):
            parameter.grad = part.view_as(parameter)

    def leave(self) -> None:
        """Let no other process wait for this one."""
        if self._met is not None:
            self._met.abort()


def together(size: int, parameters: Sequence[torch.Tensor], work: Callable[[Crew], None]) -> None:
    """Call `work` in this process and in size - 1 forked ones; `parameters` are all whose gradients it averages.

    Raises what it raises here."""
    if size == 1:
        work(Crew())
        return
    # Threads of OpenCV and PyTorch that ran here would never answer in a forked process, so it does without.
    cv2.setNumThreads(0)
    context = multiprocessing.get_context("fork")
    shared = torch.zeros(size, sum(p.numel() for p in parameters)).share_memory_()
    met = context.Barrier(size)
    crews = [Crew(rank, size, shared, met) for rank in range(size)]
    others = [context.Process(target=_help, args=(work, crew), daemon=True) for crew in crews[1:]]
    for other in others:
        other.start()
    try:
        work(crews[0])
        for other in others:
            other.join()
    finally:
        for other in others:
            other.terminate()


def _help(work: Callable[[Crew], None], crew: Crew) -> None:
    torch.set_num_threads(1)
    try:
        work(crew)
    except BaseException:
        crew.leave()
        raise
