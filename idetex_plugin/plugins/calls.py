"""Calling one function of one plugin, so that it can harm nobody else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from time import perf_counter
from typing import Any

import pluggy

from idetex_plugin.plugins.limits import LateError, within
from idetex_plugin.plugins.problems import PluginError, Problems, in_words

Arguments = Mapping[str, Any]
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

    def tell(self, implementation: pluggy.HookImpl, hook: str, arguments: Arguments) -> None:
        """Call a listener in this thread, without a limit."""
        with suppress(LateError):
            self._guarded(implementation, hook, arguments, limited=False)

    def items(self, implementation: pluggy.HookImpl, hook: str, arguments: Arguments) -> tuple[Any, ...]:
        """What an adder gives; nothing from one that raises or is late."""
        with suppress(LateError):
            return self._guarded(implementation, hook, arguments, lambda given: tuple(given or ())) or ()
        return ()

    def answer(self, implementation: pluggy.HookImpl, hook: str, arguments: Arguments) -> Any:
        """What a decider answers, None from one that raises. Raises PluginError for one that is late, or was before."""
        try:
            return self._guarded(implementation, hook, arguments)
        except LateError as error:
            raise PluginError(implementation.plugin_name, hook, str(error)) from None

    def _guarded(
        self, implementation: pluggy.HookImpl, hook: str, arguments: Arguments,
        whole: Callable[[Any], Any] = lambda given: given, *, limited: bool = True,
    ) -> Any:
        plugin, wanted = implementation.plugin_name, [arguments[name] for name in implementation.argnames]

        def call() -> Any:
            return whole(implementation.function(*wanted))

        if plugin == BUILT_IN:
            return call()
        if plugin in self._late:
            raise LateError("is not called, since the plugin was late before")
        try:
            with traced(plugin, hook):
                return within(self._limit, call) if limited else call()
        except LateError:
            self._late.add(plugin)
            what = f"gave no answer in {self._limit:g} s; the plugin is not called again"
            self._problems.note(PluginError(plugin, hook, what))
            raise LateError(what) from None
        except KeyboardInterrupt:
            raise
        except BaseException as raised:
            self._problems.note(PluginError(plugin, hook, f"raised {in_words(raised)}"), raised)
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
