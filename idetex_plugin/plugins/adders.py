"""Asking for everything that plugins add, to see what is wrong with it."""

from __future__ import annotations

from idetex_plugin.dialects.base import DialectMaker
from idetex_plugin.engines.choose import EngineMaker
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.words.card import Card
from idetex_plugin.words.question import Question
from idetex_plugin.words.verdict import Remedy


def try_adders(hooks: Hooks) -> None:
    """Call every adder; what is wrong is then among the hooks' problems."""
    hooks.named("idetex_models", Card)
    hooks.named("idetex_engines", EngineMaker)
    hooks.named("idetex_dialects", DialectMaker)
    hooks.gather("idetex_remedies", Remedy)
    hooks.named("idetex_questions", Question, types=hooks.vocabulary().names)
