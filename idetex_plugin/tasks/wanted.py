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
    """Those of `wanted` that the card speaks. Raises ValueError for an unknown one, where none is, and for a question
    that the card cannot ask."""
    if not wanted or not set(wanted) <= set(TASKS):
        raise ValueError(f"tasks {list(wanted)}: choose from {', '.join(TASKS)}")
    questions = tuple(questions)
    for question in questions:
        _check_words(card, question)
    made: dict[str, Callable[[], AnyTask]] = {
        "grounding": lambda: grounding_of(card, dialect), "perception": lambda: Perception(dialect, questions),
        "description": lambda: DescriptionTask(dialect),
    }  # fmt: skip
    return tuple(made[name]() for name in TASKS if name in wanted and name in card.tasks)


def grounding_of(card: Card, dialect: Dialect) -> Grounding:
    """The task that finds all distortions of a photo, as the card wants it done."""
    return Grounding(dialect, card.doubt, card.thresholds, card.evidence)


def _check_words(card: Card, question: Question) -> None:
    """A card's own template holds one image token for each picture, and so must the prompt."""
    words = (question.text, question.preamble, *question.options)
    if card.template is not None and card.image_token and any(card.image_token in each for each in words):
        raise ValueError(
            f"question {question.name!r} holds {card.image_token}, which stands for a picture in the prompts of "
            f"{card.name!r}: leave it out"
        )
