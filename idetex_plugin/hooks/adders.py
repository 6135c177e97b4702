"""Asking for everything that plugins add, to see what is wrong with it."""

from __future__ import annotations

from idetex_plugin.engines.choose import EngineMaker
from idetex_plugin.gate.verdict import Remedy
from idetex_plugin.hooks.manager import Hooks
from idetex_plugin.models.cards import Card
from idetex_plugin.models.dialects.base import DialectMaker, Question


def try_adders(hooks: Hooks) -> None:
    """Call every adder; what is wrong is then among the hooks' problems."""
    hooks.named("idetex_models", Card)
    hooks.named("idetex_engines", EngineMaker)
    hooks.named("idetex_dialects", DialectMaker)
    hooks.gather("idetex_remedies", Remedy)
    hooks.named("idetex_questions", Question, types=hooks.vocabulary().names)
