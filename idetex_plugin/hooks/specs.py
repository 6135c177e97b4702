"""The hooks. A plugin is a module or an object with functions of these names, marked `hookimpl`.

A package offers its plugin through an entry point of the group `idetex`. A function may leave out arguments that it
does not need. What a plugin raises is logged and loses nothing but its own result.
"""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from idetex_plugin.hooks.events import Assessed, AssessFailed, RunFinished, RunStarted
from idetex_plugin.models.cards import Card
from idetex_plugin.models.dialects.base import Question

PROJECT = "idetex"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def idetex_models() -> Iterable[Card]:  # type: ignore[empty-body]
    """Give cards of further checkpoints, known by name from then on."""


@hookspec
def idetex_questions() -> Iterable[Question]:  # type: ignore[empty-body]
    """Give questions that are asked about every photo after the default ones, unless the caller names its own."""


@hookspec
def idetex_assessed(event: Assessed) -> None:
    """A photo has been assessed. Called in the thread that takes results, so be quick."""


@hookspec
def idetex_assess_failed(event: AssessFailed) -> None:
    """A photo, or a task of it, has failed. Called like `idetex_assessed`, and instead of it."""


@hookspec
def idetex_run_started(event: RunStarted) -> None:
    """A command begins to write a run folder."""


@hookspec
def idetex_run_finished(event: RunFinished) -> None:
    """The command has ended, for whatever reason."""
