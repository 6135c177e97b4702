"""Asking a model about the cases of a bench, each with questions of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TypeVar

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.assessing.examiner import Task
from idetex_plugin.assessing.stream import Awaiting, Ready
from idetex_plugin.tasks.description import DescriptionTask
from idetex_plugin.tasks.perception import Perception
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.question import Question

Asked = TypeVar("Asked")


def ask(
    assessor: Assessor, cases: Iterable[tuple[Asked, object]], questions_of: Callable[[Asked], tuple[Question, ...]]
) -> Iterator[tuple[Asked, Assessment]]:
    """Give every (case, source) with its assessment as it finishes, in any order, memory not growing with their number.

    A source that cannot be read gives a failed assessment. Raises EngineDeadError.
    """
    dialect = assessor.dialect

    def prepare(item: tuple[Asked, object]) -> Awaiting[Assessment] | Ready[Assessment]:
        case, source = item
        perception = Perception(dialect, questions_of(case))
        tasks: tuple[Task, ...] = (assessor.grounding, perception, DescriptionTask(dialect))
        examiner = assessor.examiner_of([task for task in tasks if task.name in assessor.card.tasks])
        prepared = examiner.prepare(source)
        if isinstance(prepared, Assessment):
            return Ready(prepared)
        return Awaiting(prepared.requests, partial(examiner.conclude, prepared))

    yield from assessor.stream_prepared(((case, (case, source)) for case, source in cases), prepare)
