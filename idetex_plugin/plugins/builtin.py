"""What this package itself adds, through the hooks that every other package has. The gate's part is `gate.builtin`."""

from __future__ import annotations

from collections.abc import Iterable

from idetex_plugin.cards.registry import cards
from idetex_plugin.dialects.base import DialectMaker
from idetex_plugin.dialects.registry import dialects
from idetex_plugin.engines.choose import EngineMaker, engines
from idetex_plugin.plugins.specs import hookimpl
from idetex_plugin.tasks.questions import default_questions
from idetex_plugin.words.card import Card
from idetex_plugin.words.question import Question
from idetex_plugin.words.vocabulary import DISTORTIONS, DistortionType


@hookimpl(tryfirst=True)
def idetex_models() -> Iterable[Card]:
    """The cards in `cards/data`."""
    return cards()


@hookimpl(tryfirst=True)
def idetex_engines() -> Iterable[EngineMaker]:
    """vllm, server and transformers."""
    return engines()


@hookimpl(tryfirst=True)
def idetex_dialects() -> Iterable[DialectMaker]:
    """nano, vida and json."""
    return dialects()


@hookimpl(tryfirst=True)
def idetex_distortions() -> Iterable[DistortionType]:
    """The ten of ViDA."""
    return DISTORTIONS


@hookimpl(tryfirst=True)
def idetex_questions(types: tuple[str, ...]) -> Iterable[Question]:
    """The three that every photo is asked."""
    return default_questions(types)
