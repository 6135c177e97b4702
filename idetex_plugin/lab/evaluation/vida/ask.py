"""Asking any tasks about any images: one item, one image, its tasks, their results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.assessing.examiner import Task
from idetex_plugin.assessing.stream import Awaiting, Ready
from idetex_plugin.dialects.base import Dialect
from idetex_plugin.photo.load import PhotoError, load_photo
from idetex_plugin.tasks.replies import only
from idetex_plugin.views.show import make_views
from idetex_plugin.words.assessment import Answer, Quality
from idetex_plugin.words.failure import Failure
from idetex_plugin.words.question import Question
from idetex_plugin.words.request import Reply, Request, Views

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Choosing:
    """One question with options, without the level that the perception task asks, too."""

    dialect: Dialect
    question: Question
    name = "choosing"

    def ask(self, views: Views) -> tuple[Request, ...]:
        """One request."""
        return (self.dialect.ask(views, self.question),)

    def read(self, replies: Sequence[Reply], views: Views) -> Answer | Failure:
        """The answer."""
        reply = only(replies, self.name)
        return reply if isinstance(reply, Failure) else self.dialect.read_ask(reply, self.question)


@dataclass(frozen=True, slots=True)
class Levelling:
    """The quality level alone."""

    dialect: Dialect
    name = "levelling"

    def ask(self, views: Views) -> tuple[Request, ...]:
        """One request."""
        return (self.dialect.level(views),)

    def read(self, replies: Sequence[Reply], views: Views) -> Quality | Failure:
        """The level."""
        reply = only(replies, self.name)
        return reply if isinstance(reply, Failure) else self.dialect.read_level(reply)


def ask_tasks(
    assessor: Assessor, items: Iterable[tuple[Key, Any, Sequence[Task]]]
) -> Iterator[tuple[Key, tuple[Any, ...]]]:
    """For every (key, source, tasks) gives (key, a result or Failure a task), in any order, with bounded memory.

    A source that cannot be read fails all of its tasks. Raises EngineDeadError.
    """

    def prepare(item: tuple[Any, Sequence[Task]]) -> Awaiting[tuple[Any, ...]] | Ready[tuple[Any, ...]]:
        source, tasks = item
        try:
            views = make_views(assessor.card, load_photo(source, max_pixels=assessor.max_pixels).image)
        except PhotoError as error:
            return Ready((error.failure,) * len(tasks))
        asked = [task.ask(views) for task in tasks]

        def conclude(replies: Sequence[Reply], engine: str) -> tuple[Any, ...]:
            answers = iter(replies)
            return tuple(
                task.read([next(answers) for _ in each], views) for task, each in zip(tasks, asked, strict=True)
            )

        return Awaiting(tuple(request for each in asked for request in each), conclude)

    yield from assessor.stream_prepared(((key, (source, tasks)) for key, source, tasks in items), prepare)
