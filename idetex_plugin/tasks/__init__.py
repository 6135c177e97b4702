"""What is asked of a photo. Each task has a name, asks requests, and reads one reply a request."""

from __future__ import annotations

from collections.abc import Sequence

from idetex_plugin.models.dialects.base import Dialect, Question
from idetex_plugin.tasks.description import Description
from idetex_plugin.tasks.grounding import Grounding
from idetex_plugin.tasks.perception import Perception
from idetex_plugin.tasks.questions import DEFAULT_QUESTIONS


def make_task(
    name: str, dialect: Dialect, questions: Sequence[Question] | None = None
) -> Grounding | Perception | Description:
    """The task of this name, one of `models.cards.TASKS`. `questions` are those of perception, None for the default.

    Raises ValueError for an unknown name.
    """
    if name == "grounding":
        return Grounding(dialect)
    if name == "perception":
        return Perception(dialect, DEFAULT_QUESTIONS if questions is None else tuple(questions))
    if name == "description":
        return Description(dialect)
    raise ValueError(f"no task is called {name!r}")
