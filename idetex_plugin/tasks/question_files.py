"""A user's own questions, from a TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from idetex_plugin.words.question import Question
from idetex_plugin.words.record import FaultsError, faults


def read_questions(path: Path) -> tuple[Question, ...]:
    """The tables [[question]] of the file, each with name, text and options; see `Question` for the other keys.

    Raises ValueError that names the file, the question and the key.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path}: {error}") from error
    tables = values.pop("question", None)
    if values or not isinstance(tables, list) or not tables:
        raise ValueError(f"{path}: holds tables [[question]] and nothing else")
    questions = []
    for number, table in enumerate(tables, 1):
        try:
            questions.append(Question.model_validate(table))
        except ValidationError as error:
            raise FaultsError(*(f"{path}: question {number}: {fault}" for fault in faults(error))) from error
    return tuple(questions)
