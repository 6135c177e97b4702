"""Questions with options about a photo, and its quality level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from idetex_plugin.dialects.base import Dialect
from idetex_plugin.tasks.questions import DEFAULT_QUESTIONS
from idetex_plugin.words.assessment import Answer, Quality
from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.question import Question
from idetex_plugin.words.request import Reply, Request, Views

LEVEL = "quality level"


@dataclass(frozen=True, slots=True)
class Perceived:
    """What could be read. `failure` says which questions could not, by name; then the task has failed in part."""

    answers: tuple[Answer, ...]
    quality: Quality | None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Perception:
    """Ask these questions, and the quality level last. Raises ValueError for two questions of one name."""

    dialect: Dialect
    questions: tuple[Question, ...] = DEFAULT_QUESTIONS
    name = "perception"

    def __post_init__(self) -> None:
        twice = [name for name, count in Counter(each.name for each in self.questions).items() if count > 1]
        if twice:
            raise ValueError(f"two questions are called {', '.join(twice)}")

    def ask(self, views: Views) -> tuple[Request, ...]:
        """One request a question, and one for the level."""
        return (*(self.dialect.ask(views, question) for question in self.questions), self.dialect.level(views))

    def read(self, replies: Sequence[Reply], views: Views) -> Perceived | Failure:
        """The answers in order and the quality; a Failure when nothing at all could be read.

        The reason of a failure in part is that of the first question that failed.
        """
        if len(replies) != len(self.questions) + 1:
            message = f"{self.name}: {len(self.questions) + 1} requests got {len(replies)} replies"
            return Failure(reason=Reason.ENGINE_ERROR, message=message)
        read = [
            self.dialect.read_ask(reply, question) for reply, question in zip(replies, self.questions, strict=False)
        ]
        level = self.dialect.read_level(replies[-1])
        names = [*(question.name for question in self.questions), LEVEL]
        failures = {
            name: result for name, result in zip(names, [*read, level], strict=True) if isinstance(result, Failure)
        }
        failure = _together(failures)
        answers = tuple(result for result in read if isinstance(result, Answer))
        quality = level if isinstance(level, Quality) else None
        if failure is not None and not answers and quality is None:
            return failure
        return Perceived(answers, quality, failure)


def _together(failures: dict[str, Failure]) -> Failure | None:
    if not failures:
        return None
    message = "; ".join(f"{name}: {failure.message}" for name, failure in failures.items())
    return Failure(reason=next(iter(failures.values())).reason, message=message)
