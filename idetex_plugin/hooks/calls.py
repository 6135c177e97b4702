"""Calling one function of one plugin, so that it can harm nobody else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import pluggy

from idetex_plugin.hooks.limits import LateError, within
from idetex_plugin.hooks.problems import PluginError, Problems

BUILT_IN = "built-in"
TRACE = "IDETEX_TRACE_PLUGINS"


class Calls:
    """Calls functions of plugins one at a time, and notes what goes wrong. Safe to use from several threads.

    limit: seconds for one call that is limited. A plugin that takes longer is not called again. The built-in plugin is
    called as it is: its faults are this program's.
    """

    def __init__(self, problems: Problems, limit: float) -> None:
        self._problems, self._limit = problems, limit
        self._late: set[str] = set()

    def __call__(
        self, implementation: pluggy.HookImpl, hook: str, arguments: Mapping[str, Any], *,
        whole: Callable[[Any], Any] = lambda answer: answer, limited: bool = True,
    ) -> Any:
        """What the function answers, passed through `whole` within the same limit; None from one that raises.

        Raises PluginError for one that is late, or was before.
        """
        plugin, wanted = implementation.plugin_name, [arguments[name] for name in implementation.argnames]

        def answer() -> Any:
            return whole(implementation.function(*wanted))

        if plugin == BUILT_IN:
            return answer()
        if plugin in self._late:
            raise PluginError(plugin, hook, "is not called, since the plugin was late before")
        try:
            with traced(plugin, hook):
                return within(self._limit, answer) if limited else answer()
        except LateError:
            self._late.add(plugin)
            error = PluginError(plugin, hook, f"gave no answer in {self._limit:g} s; the plugin is not called again")
            self._problems.note(error)
            raise error from None
        except (Exception, SystemExit) as raised:
            self._problems.note(PluginError(plugin, hook, f"raised {type(raised).__name__}: {raised}"), raised)
            return None


@contextmanager
def traced(plugin: str, hook: str) -> Iterator[None]:
    """Write the call and its time to stderr when the environment asks for it."""
    if not os.environ.get(TRACE):
        yield
        return
    start = perf_counter()
    try:
        yield
    finally:
        print(f"idetex: {hook} {plugin} {(perf_counter() - start) * 1000:.2f} ms", file=sys.stderr, flush=True)
