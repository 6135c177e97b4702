"""Calling a function with a time limit, in threads that are used again."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from queue import SimpleQueue
from threading import Thread
from typing import Any

VARIABLE = "IDETEX_PLUGIN_SECONDS"
DEFAULT = 60.0
Jobs = SimpleQueue[Callable[[], None]]
_idle: deque[Jobs] = deque()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)


class LateError(Exception):
    """No answer in time. `call` is done once the function has returned after all."""

    def __init__(self, call: Future[Any]) -> None:
        super().__init__()
        self.call = call


def within(seconds: float, function: Callable[[], Any]) -> Any:
    """What the function gives or raises. LateError after so many seconds; its thread is then left to finish."""
    answer: Future[Any] = Future()
    context = copy_context()
    jobs = _worker()
    answer.add_done_callback(lambda _: _idle.append(jobs))

    def work() -> None:
        try:
            given = context.run(function)
        except BaseException as error:
            answer.set_exception(error)
        else:
            answer.set_result(given)

    jobs.put(work)
    try:
        return answer.result(seconds)
    except TimeoutError:
        if not answer.done():
            raise LateError(answer) from None
        raise


def limit_from_environment() -> float:
    """The seconds that IDETEX_PLUGIN_SECONDS sets, or 60. Raises ValueError for what is no number above 0."""
    setting = os.environ.get(VARIABLE, "").strip()
    if not setting:
        return DEFAULT
    try:
        seconds = float(setting)
    except ValueError:
        seconds = 0.0
    if not seconds > 0:
        raise ValueError(f"{VARIABLE}={setting!r} is no number of seconds above 0")
    return seconds


def _worker() -> Jobs:
    """The jobs of a thread that waits for one, a new thread if none does."""
    try:
        return _idle.pop()
    except IndexError:
        jobs: Jobs = SimpleQueue()
        Thread(target=_serve, args=(jobs,), name="idetex-plugin", daemon=True).start()
        return jobs


def _serve(jobs: Jobs) -> None:
    while True:
        jobs.get()()
