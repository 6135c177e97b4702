"""Asking a model about the cases of a bench, each with questions of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from idetex_plugin.assess.assessor import Assessor
from idetex_plugin.assess.examiner import Case as Prepared
from idetex_plugin.assess.examiner import Examiner, Task
from idetex_plugin.photo.load import Photo, load_photo
from idetex_plugin.tasks.description import Description
from idetex_plugin.tasks.perception import Perception
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.question import Question
from idetex_plugin.words.request import Request

Asked = TypeVar("Asked")


def ask(
    assessor: Assessor, cases: Iterable[tuple[Asked, object]], questions_of: Callable[[Asked], tuple[Question, ...]]
) -> Iterator[tuple[Asked, Assessment]]:
    """Give every (case, source) with its assessment as it finishes, in any order, memory not growing with their number.

    A source that cannot be read gives a failed assessment. Raises EngineDeadError.
    """
    waiting: dict[int, tuple[Asked, Prepared, Examiner]] = {}
    refused: list[tuple[Asked, Assessment]] = []

    def requests() -> Iterator[tuple[int, tuple[Request, ...]]]:
        for number, (case, source) in enumerate(cases):
            examiner = _examiner(assessor, questions_of(case))
            prepared = examiner.prepare(source)
            if isinstance(prepared, Assessment):
                refused.append((case, prepared))
            else:
                waiting[number] = case, prepared, examiner
                yield number, prepared.requests

    engine = assessor.start()
    for number, replies in engine.stream(requests()):
        case, prepared, examiner = waiting.pop(number)
        yield case, examiner.conclude(prepared, replies, engine.name)
    yield from refused


def _examiner(assessor: Assessor, questions: tuple[Question, ...]) -> Examiner:
    dialect = assessor.dialect
    tasks: tuple[Task, ...] = (assessor.grounding, Perception(dialect, questions), Description(dialect))
    spoken = tuple(task for task in tasks if task.name in assessor.card.tasks)
    return Examiner(assessor.card, spoken, assessor.fingerprint, _load)


def _load(source: object) -> Photo:
    return load_photo(source)
