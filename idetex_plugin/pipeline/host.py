"""Taking part in another project's pluggy hooks, under its names and with its arguments."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from types import MethodType
from typing import Any

import pluggy

from idetex_plugin.pipeline.pipeline import Pipeline
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.verdict import Verdict


class AsyncPipeline:
    """A pipeline for code in an event loop: the same questions, asked in a thread."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def assess(self, source: Any) -> Assessment:
        """See `Pipeline.assess`."""
        return await asyncio.to_thread(self._pipeline.assess, source)

    async def after_compression(
        self, original: Any, compressed: Any, codec: str = "", settings: Mapping[str, Any] | None = None
    ) -> Verdict:
        """See `Pipeline.after_compression`."""
        return await asyncio.to_thread(self._pipeline.after_compression, original, compressed, codec, settings)


def as_plugin(project: str, pipeline: Pipeline | None = None, /, **hooks: Callable[..., Any]) -> object:
    """A plugin for the project of this name: register it with that project's pluggy manager.

    hooks: by the project's names of its hooks, functions that take a `Pipeline` and then arguments of that hook by
        their names there, any of them. What a function gives is what the hook gives.
    pipeline: by default one of the project's name with the policy "web", which is never closed.
    Raises TypeError for an async function, and for a method or another object: a function is what can be bound. A hook
    that comes to give something to be awaited raises TypeError too.
    """
    for name, function in hooks.items():
        if inspect.iscoroutinefunction(function):
            raise TypeError(f"{name} is async, and {project} would not await it: use as_async_plugin")
    plain = {name: _plain(name, function) for name, function in hooks.items()}
    return _Plugin(project, Pipeline(project) if pipeline is None else pipeline, plain)


def as_async_plugin(project: str, pipeline: Pipeline | None = None, /, **hooks: Callable[..., Any]) -> object:
    """The same for a project that awaits what its hooks give: async functions that take an `AsyncPipeline`.

    Raises TypeError for a function that is not async.
    """
    for name, function in hooks.items():
        if not inspect.iscoroutinefunction(function):
            raise TypeError(f"{name} is not async: use as_plugin")
    return _Plugin(project, AsyncPipeline(Pipeline(project) if pipeline is None else pipeline), hooks)


class _Plugin:
    """Functions bound like methods, so that pluggy does not count their first argument among the hook's."""

    def __init__(self, project: str, bound: Pipeline | AsyncPipeline, hooks: Mapping[str, Callable[..., Any]]) -> None:
        mark = pluggy.HookimplMarker(project)
        for name, function in hooks.items():
            if not inspect.isfunction(inspect.unwrap(function)):
                raise TypeError(f"{name} is no plain function but {type(function).__name__}")
            setattr(self, name, MethodType(mark(function), bound))


def _plain(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(*arguments: Any) -> Any:
        given = function(*arguments)
        if inspect.isawaitable(given):
            if inspect.iscoroutine(given):
                given.close()
            raise TypeError(f"{name} gave {type(given).__name__}, which nothing would await: use as_async_plugin")
        return given

    return call
