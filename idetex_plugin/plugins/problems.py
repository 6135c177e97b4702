"""What plugins did wrong: named, counted, logged once each."""

from __future__ import annotations

import logging
import reprlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from traceback import format_exception_only
from typing import Any, TypeVar

T = TypeVar("T")
Kind = type[T] | tuple[type[T], ...]
log = logging.getLogger(__name__)


def in_words(error: BaseException) -> str:
    """Type and message in one line, also of an error that fails to say its message."""
    return format_exception_only(error)[-1].strip()


class PluginError(RuntimeError):
    """A plugin gave an answer that is none, or gave it too late. The message names the plugin and the hook."""

    def __init__(self, plugin: str, hook: str, what: str) -> None:
        super().__init__(f"plugin {plugin}: {hook} {what}")
        self.plugin, self.hook, self.what = plugin, hook, what


def wrong_answer(plugin: str, hook: str, answer: object, kind: Kind[Any]) -> PluginError:
    """The error of an answer that is of none of these kinds."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    wanted = " or ".join(each.__name__ for each in kinds)
    return PluginError(plugin, hook, f"gave {type(answer).__name__} {reprlib.repr(answer)}, which is no {wanted}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What a plugin first did wrong in a hook, and how often it has done wrong there."""

    plugin: str
    hook: str
    message: str
    times: int = 1


class Problems:
    """The problems of one set of plugins, one a plugin and hook. Safe to use from several threads.

    strict: raise instead of noting, for the tests of a plugin.
    """

    def __init__(self, strict: bool = False) -> None:
        self._strict = strict
        self._noted: dict[tuple[str, str], Problem] = {}
        self._lock = threading.Lock()

    def note(self, error: PluginError, cause: BaseException | None = None) -> None:
        """Remember the error; the first of its plugin and hook is logged, with the traceback of its cause."""
        if self._strict:
            raise error from cause
        key = error.plugin, error.hook
        with self._lock:
            before = self._noted.get(key)
            self._noted[key] = replace(before, times=before.times + 1) if before else Problem(*key, error.what)
        if before is None:
            log.warning("%s", error, exc_info=cause)

    def __iter__(self) -> Iterator[Problem]:
        with self._lock:
            return iter(list(self._noted.values()))
