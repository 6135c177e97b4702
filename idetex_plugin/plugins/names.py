"""The hooks by name, and what each may answer."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from idetex_plugin.dialects.base import DialectMaker
from idetex_plugin.engines.choose import EngineMaker
from idetex_plugin.plugins.events import Replacement, Veto
from idetex_plugin.words.card import Card
from idetex_plugin.words.question import Question
from idetex_plugin.words.verdict import Remedy, Verdict
from idetex_plugin.words.vocabulary import DistortionType


class Hook(StrEnum):
    """Every hook. See `plugins.specs` for what each is told and may answer."""

    MODELS = "idetex_models"
    ENGINES = "idetex_engines"
    DIALECTS = "idetex_dialects"
    DISTORTIONS = "idetex_distortions"
    QUESTIONS = "idetex_questions"
    REMEDIES = "idetex_remedies"
    BEFORE_ASSESS = "idetex_before_assess"
    AFTER_COMPRESSION = "idetex_after_compression"
    JUDGE = "idetex_judge"
    ASSESSED = "idetex_assessed"
    ASSESS_FAILED = "idetex_assess_failed"
    RUN_STARTED = "idetex_run_started"
    RUN_FINISHED = "idetex_run_finished"


ADDED: Mapping[str, type] = {
    Hook.MODELS: Card,
    Hook.ENGINES: EngineMaker,
    Hook.DIALECTS: DialectMaker,
    Hook.DISTORTIONS: DistortionType,
    Hook.QUESTIONS: Question,
    Hook.REMEDIES: Remedy,
}
"""Hooks that add things, and the kind of thing."""

DECIDED: Mapping[str, tuple[type, ...]] = {
    Hook.BEFORE_ASSESS: (Veto, Replacement),
    Hook.AFTER_COMPRESSION: (Verdict,),
    Hook.JUDGE: (Verdict,),
}
"""Hooks that decide, and the kinds of answers; None is no answer."""
