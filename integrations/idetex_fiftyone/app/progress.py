"""Long work under a progress bar of the App, or of a delegated run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from threading import Thread
from typing import Any, TypeVar

from idetex_plugin.words.counted import counted

log = logging.getLogger(__name__)
Result = TypeVar("Result")
Work = Callable[[Callable[[Any], None]], Result]
PERIOD = 0.25
"""Seconds between two looks at how far the work is."""


def shown(ctx: Any, start: str, work: Work[Result]) -> Generator[Any, None, Result | None]:
    """Do the work in a thread and yield messages that move the App's progress bar; the generator returns its result.

    start: what the bar says before the first step. work: is given the callable for a `progress` argument. What it
    raises stands in the bar's place, and None is returned; delegated, it is raised. If the App goes away, the work
    goes on.
    """
    if ctx.delegated:
        return work(lambda bar: ctx.set_progress(bar.progress, _label(bar)))
    latest: list[Any] = [None]
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work(lambda bar: latest.__setitem__(0, bar)))
        except BaseException as error:
            future.set_exception(error)

    Thread(target=run, name="idetex-operator", daemon=True).start()
    yield ctx.ops.set_progress(label=start, progress=0)
    told = None
    while not future.done():
        wait([future], timeout=PERIOD)
        if (bar := latest[0]) is not None and bar.iteration != told:
            told = bar.iteration
            yield ctx.ops.set_progress(label=_label(bar), progress=bar.progress)
    if (error := future.exception()) is not None:
        log.error("%s", error, exc_info=error)
        words = str(error) or type(error).__name__
        yield ctx.ops.set_progress(label=f"Failed: {words}", progress=1)
        yield ctx.ops.notify(words, variant="error")
        return None
    yield ctx.ops.set_progress(label="Finished", progress=1)
    return future.result()


def _label(bar: Any) -> str:
    return f"{bar.iteration:,} of {counted(bar.total, 'photo')}"
