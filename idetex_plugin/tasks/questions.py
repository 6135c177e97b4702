"""The words of every built-in question: the ViDA question kinds, and the three asked in every assessment."""

from __future__ import annotations

from collections.abc import Sequence

from idetex_plugin.words.box import POSITIONS
from idetex_plugin.words.question import Question
from idetex_plugin.words.vocabulary import NOT_VISIBLE, VIDA, Severity

NO_DISTORTION = "None"
NOWHERE = "None"
SEVERITY_OPTIONS = (*(str(severity) for severity in Severity), NOT_VISIBLE)
SEVERITY_DEFINITIONS = "".join(f"{severity}: {severity.meaning}. " for severity in Severity) + f"{NOT_VISIBLE}: absent."


def default_questions(types: Sequence[str] = VIDA.names) -> tuple[Question, ...]:
    """What every photo is asked, of a checkpoint that can name these distortions."""
    return (
        Question(
            name="dominant", text="Which distortion affects the image most?", options=(*types, NO_DISTORTION),
            concern="significance",
        ),
        Question(
            name="severity", text="How severe is the worst distortion?", options=SEVERITY_OPTIONS, concern="severity",
            preamble=SEVERITY_DEFINITIONS,
        ),
        Question(
            name="position", text="Where is the worst distortion?", options=(*POSITIONS, NOWHERE), concern="position",
        ),
    )


DEFAULT_QUESTIONS = default_questions()


def type_present(options: Sequence[str]) -> Question:
    """Which of these distortions is there."""
    return Question(
        name="type_present", text="Which of these distortions is present in the image?", options=tuple(options),
        concern="type",
    )


def type_absent(options: Sequence[str]) -> Question:
    """Which of these distortions is not there."""
    return Question(
        name="type_absent", text="Which of these distortions is not present in the image?", options=tuple(options),
        concern="type",
    )


def severity_of(distortion: str) -> Question:
    """How severe one type is, in the fixed order of options."""
    return Question(
        name="severity_of", text=f"How severe is {distortion} in the image?", options=SEVERITY_OPTIONS,
        concern="severity", preamble=SEVERITY_DEFINITIONS,
    )


def position_of(distortion: str) -> Question:
    """Where one type is."""
    return Question(
        name="position_of", text=f"Where is {distortion} in the image?", options=POSITIONS, concern="position"
    )


def most_significant(options: Sequence[str]) -> Question:
    """Which of these distortions matters most."""
    return Question(
        name="most_significant", text="Which of these distortions affects the image most?", options=tuple(options),
        concern="significance",
    )


def expression(distortion: str, position: str | None) -> str:
    """A referring expression, as "Noise affecting the top left"."""
    return f"{distortion} affecting the {position}" if position else f"{distortion} affecting the image"
