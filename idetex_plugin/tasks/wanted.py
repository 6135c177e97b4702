"""The tasks that are wanted of a card, made for its dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from idetex_plugin.dialects.base import Dialect
from idetex_plugin.tasks.description import DescriptionTask
from idetex_plugin.tasks.grounding import Grounding
from idetex_plugin.tasks.perception import Perception
from idetex_plugin.words.card import TASKS, Card
from idetex_plugin.words.question import Question

AnyTask = Grounding | Perception | DescriptionTask


def tasks_of(
    card: Card, dialect: Dialect, wanted: Sequence[str], questions: Iterable[Question]
) -> tuple[AnyTask, ...]:
    """Those of `wanted` that the card speaks. Raises ValueError for an unknown one, or where none is."""
    if not wanted or not set(wanted) <= set(TASKS):
        raise ValueError(f"tasks {list(wanted)}: choose from {', '.join(TASKS)}")
    made: dict[str, Callable[[], AnyTask]] = {
        "grounding": lambda: grounding_of(card, dialect), "perception": lambda: Perception(dialect, tuple(questions)),
        "description": lambda: DescriptionTask(dialect),
    }  # fmt: skip
    return tuple(made[name]() for name in TASKS if name in wanted and name in card.tasks)


def grounding_of(card: Card, dialect: Dialect) -> Grounding:
    """The task that finds all distortions of a photo, as the card wants it done."""
    return Grounding(dialect, card.doubt, card.thresholds, card.evidence)
