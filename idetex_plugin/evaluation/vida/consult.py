"""Asking any tasks about any images: one item, one image, its tasks, their results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from idetex_plugin.assessment import Answer, Failure, Quality
from idetex_plugin.assessor import Assessor
from idetex_plugin.engines.base import Reply, Request
from idetex_plugin.examiner import Task
from idetex_plugin.models.dialects.base import Dialect, Look, Question
from idetex_plugin.models.registry import show
from idetex_plugin.photo import PhotoError, load_photo
from idetex_plugin.tasks.replies import only

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Choosing:
    """One question with options, without the level that the perception task asks, too."""

    dialect: Dialect
    question: Question
    name = "choosing"

    def ask(self, look: Look) -> tuple[Request, ...]:
        """One request."""
        return (self.dialect.ask(look, self.question),)

    def read(self, replies: Sequence[Reply], look: Look) -> Answer | Failure:
        """The answer."""
        reply = only(replies, self.name)
        return reply if isinstance(reply, Failure) else self.dialect.read_ask(reply, self.question)


@dataclass(frozen=True, slots=True)
class Levelling:
    """The quality level alone."""

    dialect: Dialect
    name = "levelling"

    def ask(self, look: Look) -> tuple[Request, ...]:
        """One request."""
        return (self.dialect.level(look),)

    def read(self, replies: Sequence[Reply], look: Look) -> Quality | Failure:
        """The level."""
        reply = only(replies, self.name)
        return reply if isinstance(reply, Failure) else self.dialect.read_level(reply)


def consult(
    assessor: Assessor, items: Iterable[tuple[Key, Any, Sequence[Task]]]
) -> Iterator[tuple[Key, tuple[Any, ...]]]:
    """For every (key, source, tasks) gives (key, a result or Failure a task), in any order, with bounded memory.

    A source that cannot be read fails all of its tasks. Raises EngineDeadError.
    """
    waiting: dict[int, tuple[Key, Look, Sequence[Task], list[int]]] = {}
    refused: list[tuple[Key, tuple[Any, ...]]] = []

    def requests() -> Iterator[tuple[int, tuple[Request, ...]]]:
        for number, (key, source, tasks) in enumerate(items):
            try:
                look = show(assessor.card, load_photo(source, max_pixels=assessor.max_pixels).image)
            except PhotoError as error:
                refused.append((key, (error.failure,) * len(tasks)))
                continue
            asked = [task.ask(look) for task in tasks]
            waiting[number] = key, look, tasks, [len(each) for each in asked]
            yield number, tuple(request for each in asked for request in each)

    for number, replies in assessor.start().stream(requests()):
        key, look, tasks, counts = waiting.pop(number)
        answers = iter(replies)
        yield key, tuple(
            task.read([next(answers) for _ in range(count)], look) for task, count in zip(tasks, counts, strict=True)
        )
    yield from refused
