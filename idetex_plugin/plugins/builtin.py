"""What this package itself gives, through the hooks that every other package has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from idetex_plugin.cards.registry import cards
from idetex_plugin.dialects.base import DialectMaker
from idetex_plugin.dialects.registry import dialects
from idetex_plugin.engines.choose import EngineMaker, engines
from idetex_plugin.plugins.events import Context
from idetex_plugin.plugins.specs import hookimpl
from idetex_plugin.tasks.questions import default_questions
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.card import Card
from idetex_plugin.words.question import Question
from idetex_plugin.words.vocabulary import DISTORTIONS, DistortionType

if TYPE_CHECKING:
    from idetex_plugin.gate import Policy, Remedy, Verdict


@hookimpl
def idetex_models() -> Iterable[Card]:
    """The cards in `models/data`."""
    return cards()


@hookimpl
def idetex_engines() -> Iterable[EngineMaker]:
    """vllm, server and transformers."""
    return engines()


@hookimpl
def idetex_dialects() -> Iterable[DialectMaker]:
    """nano, vida and json."""
    return dialects()


@hookimpl
def idetex_distortions() -> Iterable[DistortionType]:
    """The ten of ViDA."""
    return DISTORTIONS


@hookimpl
def idetex_questions(types: tuple[str, ...]) -> Iterable[Question]:
    """The three that every photo is asked."""
    return default_questions(types)


@hookimpl
def idetex_remedies() -> Iterable[Remedy]:
    """The table in `gate.remedies`."""
    from idetex_plugin.gate.remedies import TABLE

    return TABLE


@hookimpl
def idetex_after_compression(original: Any, compressed: Any, codec: str, context: Context) -> Verdict:
    """The verdict of the pipeline's gate."""
    return context.gate.check(original, compressed, codec)


@hookimpl
def idetex_judge(assessment: Assessment, policy: Policy, original: Assessment | None) -> Verdict:
    """The built-in rules of the policy."""
    from idetex_plugin.gate import judge

    return judge(original, assessment, policy)
