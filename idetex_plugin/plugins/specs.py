"""The hooks. A plugin is a module or an object with functions of these names, marked `hookimpl`.

A package offers its plugin through an entry point of the group `idetex`. A function may leave out the arguments that it
does not need. `tryfirst`, `trylast` and `wrapper=True` mean what they mean in pluggy. What a plugin raises is noted and
loses nothing but its own answer. Adders are called whenever an assessor is made; of two things with one name the first
is kept, the built-in before all.
"""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from idetex_plugin.dialects.base import DialectMaker
from idetex_plugin.engines.choose import EngineMaker
from idetex_plugin.plugins.events import (
    AfterCompression,
    Assessed,
    AssessFailed,
    BeforeAssess,
    Judging,
    Replacement,
    RunFinished,
    RunStarted,
    Veto,
)
from idetex_plugin.words.card import Card
from idetex_plugin.words.question import Question
from idetex_plugin.words.verdict import Remedy, Verdict
from idetex_plugin.words.vocabulary import DistortionType

PROJECT = "idetex"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


# adders


@hookspec
def idetex_models() -> Iterable[Card]:  # type: ignore[empty-body]
    """Give cards of further checkpoints, known by name from then on."""


@hookspec
def idetex_engines() -> Iterable[EngineMaker]:  # type: ignore[empty-body]
    """Give further engines, chosen by their name; "auto" stays with the built-in ones."""


@hookspec
def idetex_dialects() -> Iterable[DialectMaker]:  # type: ignore[empty-body]
    """Give further dialects: ways of asking and reading that a card may name."""


@hookspec
def idetex_distortions() -> Iterable[DistortionType]:  # type: ignore[empty-body]
    """Give further kinds of damage. A checkpoint that is told the kinds in its prompts is told these too."""


@hookspec
def idetex_questions(types: tuple[str, ...]) -> Iterable[Question]:  # type: ignore[empty-body]
    """Give questions that are asked about every photo after the default ones, unless the caller names its own.

    types: the distortions that the checkpoint can name, for questions whose options are distortions.
    """


@hookspec
def idetex_remedies() -> Iterable[Remedy]:  # type: ignore[empty-body]
    """Give rows for the table of what to do about a damaged region."""


# deciders


@hookspec
def idetex_before_assess(event: BeforeAssess) -> Veto | Replacement | None:
    """Veto or replace a photo before any task asks about it; None leaves it as it is.

    Plugins are asked one after the other, each shown what the one before it left; a veto ends it. Called in the
    threads that decode photos, so it may run for several photos at once.
    """


@hookspec(firstresult=True)
def idetex_after_compression(event: AfterCompression) -> Verdict | None:
    """Judge what a pipeline has just made; the first verdict counts, and the built-in gate comes last."""


@hookspec(firstresult=True)
def idetex_judge(event: Judging) -> Verdict | None:
    """Turn an assessment into a verdict under a policy; the first one counts, and the built-in judge comes last."""


# events


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
