"""What stands between pluggy and a plugin's function, so that a plugin can harm nobody else.

pluggy does the calling. `Calls.guard` puts a function of its own in the place of the plugin's: it limits the time,
notes what goes wrong, checks the kind of an answer, and writes down which plugin gave it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, cast

import pluggy

from idetex_plugin.plugins.limits import LateError, within
from idetex_plugin.plugins.names import ADDED, DECIDED
from idetex_plugin.plugins.problems import PluginError, Problems, in_words, wrong_answer

BUILT_IN = "built-in"
TRACE = "IDETEX_TRACE_PLUGINS"
Take = Callable[[str, Any], Any]


class LateAnswerError(PluginError):
    """A plugin gave no answer in time."""


@dataclass
class Call:
    """One call of a hook. answers: (plugin, answer) in the order given, without None.

    event, take: where each plugin is shown what the one before it left, the event as it stands, and what makes the
    next one of a plugin's answer.
    """

    event: Any = None
    take: Take | None = None
    answers: list[tuple[str, Any]] = field(default_factory=list)

    def giver(self, answer: Any) -> str:
        """The plugin that gave this very answer, or "" if none did."""
        return next((plugin for plugin, given in reversed(self.answers) if given is answer), "")


_current: ContextVar[Call | None] = ContextVar("idetex_hook_call", default=None)


@contextmanager
def calling(event: Any = None, take: Take | None = None) -> Iterator[Call]:
    """Everything that a hook answers inside is written down."""
    call = Call(event, take)
    token = _current.set(call)
    try:
        yield call
    finally:
        _current.reset(token)


class Calls:
    """Guards of one set of plugins. Safe to use from several threads.

    limit: seconds for one answer. A plugin that takes longer is left out until that call of it has returned.
    Listeners are told in the caller's thread, without a limit. The built-in plugins are called as they are: their
    faults are this program's.
    """

    def __init__(self, problems: Problems, limit: float) -> None:
        self._problems, self._limit = problems, limit
        self._busy: dict[str, Future[Any]] = {}

    def guard(self, implementation: pluggy.HookImpl, hook: str) -> None:
        """Put the guard in the place of the function that pluggy would call."""
        if implementation.wrapper:
            guarded: Callable[..., Any] = self._wrapper(implementation, hook)
        elif hook in ADDED:
            guarded = self._adder(implementation, hook)
        elif hook in DECIDED:
            guarded = self._decider(implementation, hook)
        else:
            guarded = self._listener(implementation, hook)
        implementation.function = guarded  # type: ignore[misc]

    def _listener(self, implementation: pluggy.HookImpl, hook: str) -> Callable[..., None]:
        plugin, function = implementation.plugin_name, implementation.function

        def listen(*arguments: Any) -> None:
            with self._noting(plugin, hook), traced(plugin, hook):
                function(*arguments)

        return listen

    def _adder(self, implementation: pluggy.HookImpl, hook: str) -> Callable[..., tuple[Any, ...]]:
        plugin, function = implementation.plugin_name, implementation.function

        def add(*arguments: Any) -> tuple[Any, ...]:
            items: tuple[Any, ...] = ()
            with suppress(LateAnswerError), self._noting(plugin, hook):
                items = self._in_time(plugin, hook, lambda: tuple(_items(function(*arguments))))
            _note_answers(plugin, items)
            return items

        return add

    def _decider(self, implementation: pluggy.HookImpl, hook: str) -> Callable[..., Any]:
        plugin, function, names = implementation.plugin_name, implementation.function, implementation.argnames

        def decide(*arguments: Any) -> Any:
            call = _current.get()
            if call is not None and call.take is not None:
                arguments = tuple(call.event for _ in names)
            answer = None
            with self._noting(plugin, hook):
                answer = self._in_time(plugin, hook, lambda: function(*arguments))
            if answer is None:
                return None
            if not isinstance(answer, DECIDED[hook]):
                error = wrong_answer(plugin, hook, answer, DECIDED[hook])
                self._problems.note(error)
                raise error
            _note_answers(plugin, (answer,))
            if call is not None and call.take is not None:
                call.event = call.take(plugin, answer)
            return answer

        return decide

    def _wrapper(self, implementation: pluggy.HookImpl, hook: str) -> Callable[..., Generator[None, Any, Any]]:
        plugin, function = implementation.plugin_name, implementation.function

        def wrap(*arguments: Any) -> Generator[None, Any, Any]:
            inner: Generator[None, Any, Any] | None = None
            with self._noting(plugin, hook):
                wrapper = cast("Generator[None, Any, Any]", function(*arguments))
                next(wrapper)
                inner = wrapper
            if inner is None:
                return (yield)
            result, raised = None, None
            try:
                result = yield
            except BaseException as error:
                raised = error
            try:
                answer = _ended(inner, result, raised)
            except BaseException as error:
                if error is not raised:
                    self._note(plugin, hook, error)
                if raised is not None:
                    raise raised from None
                return result
            if answer is not result:
                _note_answers(plugin, answer if isinstance(answer, list) else (answer,))
            return answer

        return wrap

    def _in_time(self, plugin: str, hook: str, function: Callable[[], Any]) -> Any:
        """What the function gives. LateAnswerError, noted, for a plugin that is late or still busy from being late."""
        if plugin.startswith(BUILT_IN):
            return function()
        busy = self._busy.get(plugin)
        late = LateAnswerError(plugin, hook, "is not called: the plugin is still busy with a call that was late")
        if busy is None or busy.done():
            try:
                with traced(plugin, hook):
                    return within(self._limit, function)
            except LateError as error:
                self._busy[plugin] = error.call
                late = LateAnswerError(plugin, hook, f"gave no answer in {self._limit:g} s")
        self._problems.note(late)
        raise late

    @contextmanager
    def _noting(self, plugin: str, hook: str) -> Iterator[None]:
        """Note what a plugin raises, and go on. Lateness, Ctrl-C and errors of the built-in plugins are raised."""
        try:
            yield
        except (KeyboardInterrupt, LateAnswerError):
            raise
        except BaseException as raised:
            if plugin.startswith(BUILT_IN):
                raise
            self._note(plugin, hook, raised)

    def _note(self, plugin: str, hook: str, raised: BaseException) -> None:
        self._problems.note(PluginError(plugin, hook, f"raised {in_words(raised)}"), raised)


def _items(given: Any) -> Iterable[Any]:
    return () if given is None else cast("Iterable[Any]", given)


def _note_answers(plugin: str, answers: tuple[Any, ...] | list[Any]) -> None:
    call = _current.get()
    if call is not None:
        call.answers += [(plugin, answer) for answer in answers]


def _ended(wrapper: Generator[None, Any, Any], result: Any, raised: BaseException | None) -> Any:
    """What a wrapper makes of the result or the error inside it. Raises what it raises."""
    try:
        if raised is not None:
            wrapper.throw(raised)
        else:
            wrapper.send(result)
    except StopIteration as end:
        return end.value
    wrapper.close()
    raise RuntimeError("it yields more than once")


@contextmanager
def traced(plugin: str, hook: str) -> Iterator[None]:
    """Write the call and its time to stderr when the environment asks for it."""
    if not os.environ.get(TRACE) or plugin.startswith(BUILT_IN):
        yield
        return
    start = perf_counter()
    try:
        yield
    finally:
        print(f"idetex: {hook} {plugin} {(perf_counter() - start) * 1000:.2f} ms", file=sys.stderr, flush=True)
