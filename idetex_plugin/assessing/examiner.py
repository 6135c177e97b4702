"""One photo's way from a source to questions, and from replies to an assessment. No threads, no engine."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from idetex_plugin.photo.load import Photo, PhotoError
from idetex_plugin.photo.measures import measure
from idetex_plugin.photo.strip import without_metadata
from idetex_plugin.tasks.grounding import Grounded
from idetex_plugin.tasks.perception import Perceived
from idetex_plugin.tasks.rules import agreed, borne_out
from idetex_plugin.tasks.telling import told
from idetex_plugin.views.show import make_views
from idetex_plugin.words.assessment import Assessment, PartialRegions, PhotoInfo, Region
from idetex_plugin.words.card import TASKS, Card
from idetex_plugin.words.failure import OK, Failure, Reason, State, TaskStatus
from idetex_plugin.words.request import Reply, Request, Views, sound

log = logging.getLogger(__name__)
GRAPHICS = ("judge", "mark", "skip")
NO_PHOTOGRAPH = "looks like a graphic, not a photograph"


class Task(Protocol):
    """What a task is to the examiner: see `idetex_plugin.tasks`."""

    @property
    def name(self) -> str:
        """One of `models.cards.TASKS`."""
        ...

    def ask(self, views: Views) -> tuple[Request, ...]:
        """The requests of one photo."""
        ...

    def read(self, replies: Sequence[Reply], views: Views) -> Any:
        """The result (its `failure`, if it has one, says what is missing), or a Failure, from one reply a request."""
        ...


@dataclass(frozen=True, slots=True)
class Case:
    """A photo that waits for its replies, one a request. `parts` says which requests, by number, each task has asked:
    what two of them ask is asked once."""

    info: PhotoInfo
    views: Views
    requests: tuple[Request, ...]
    parts: tuple[tuple[Task, tuple[int, ...]], ...]
    measures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Examiner:
    """Asks the tasks' questions about photos, and reads the replies.

    load: gives the pixels of a source, or raises PhotoError.
    idle: the status of every task that is not asked.
    graphics: what becomes of pictures that are no photographs: one of `GRAPHICS`.
    """

    card: Card
    tasks: tuple[Task, ...]
    fingerprint: str
    load: Callable[[Any], Photo]
    idle: Mapping[str, TaskStatus] = field(default_factory=dict)
    graphics: str = "judge"

    def prepare(self, source: Any) -> Case | Assessment:
        """The case of one source, or the assessment of a photo that could not be read. Never raises."""
        try:
            photo = self.load(source)
        except PhotoError as error:
            return self.refuse(error.info, error.failure)
        except Exception as error:
            log.exception("reading %r", source)
            return self.refuse(PhotoInfo(name=_name(source)), _internal("reading the photo", error))
        measures: Mapping[str, float] = {}
        info = photo.info
        if info.kind == "graphic" and self.graphics == "mark":
            info = info.model_copy(update={"notes": (*info.notes, NO_PHOTOGRAPH)})
        try:
            measures = measure(photo.image, photo.info.file_bytes)
            if info.kind == "graphic" and self.graphics == "skip":
                status = TaskStatus(state=State.SKIPPED, message=NO_PHOTOGRAPH)
                return self._without(info, status, measures=measures)
            views = make_views(self.card, photo.image)
            asked = [(task, task.ask(views)) for task in self.tasks]
        except Exception as error:
            log.exception("asking about %s", photo.info.name)
            return self.refuse(photo.info, _internal("asking about the photo", error), measures=measures)
        different: list[Request] = []
        for request in (request for _, requests in asked for request in requests):
            if request not in different:
                different.append(request)
        coded = _coded(photo, views)
        return Case(
            info=info,
            views=views,
            requests=tuple(replace(request, coded=coded) for request in different) if coded else tuple(different),
            parts=tuple((task, tuple(map(different.index, requests))) for task, requests in asked),
            measures=measures,
        )

    def refuse(
        self, info: PhotoInfo, failure: Failure, engine: str = "", measures: Mapping[str, float] | None = None
    ) -> Assessment:
        """The assessment of a photo for which no task could be asked."""
        return self._without(info, TaskStatus.of(failure), failure, engine, measures)

    def _without(
        self, info: PhotoInfo, status: TaskStatus, failure: Failure | None = None, engine: str = "",
        measures: Mapping[str, float] | None = None,
    ) -> Assessment:
        return Assessment(
            photo=info,
            model=self.card.name,
            fingerprint=self.fingerprint,
            engine=engine,
            tasks=self._statuses({task.name: status for task in self.tasks}),
            failure=failure,
            measures=measures or {},
        )

    def conclude(self, case: Case, replies: Sequence[Reply], engine: str) -> Assessment:
        """The assessment from one reply a request. Never raises."""
        if len(replies) != len(case.requests):
            message = f"{len(case.requests)} requests got {len(replies)} replies"
            return self.refuse(case.info, Failure(reason=Reason.ENGINE_ERROR, message=message), engine, case.measures)
        statuses: dict[str, TaskStatus] = {}
        found: dict[str, Any] = {}
        for task, numbers in case.parts:
            result = _read(task, [sound(replies[number]) for number in numbers], case)
            failure = result if isinstance(result, Failure) else getattr(result, "failure", None)
            statuses[task.name] = OK if failure is None else TaskStatus.of(failure, _ended(failure))
            found |= _fields(task.name, result)
        if statuses.get("grounding") == OK:
            found |= self._in_the_light_of(found["regions"], found)
        reasoning = {task.name: _reasoning(replies[number] for number in numbers) for task, numbers in case.parts}
        return Assessment(
            photo=case.info,
            model=self.card.name,
            fingerprint=self.fingerprint,
            engine=engine,
            tasks=self._statuses(statuses),
            measures=case.measures,
            reasoning={name: text for name, text in reasoning.items() if text},
            **found,
        )

    def _in_the_light_of(self, regions: Sequence[Region], found: Mapping[str, Any]) -> dict[str, Any]:
        """What else was found, as far as it gives way to the regions."""
        card, changed = self.card, dict[str, Any]()
        if (quality := found.get("quality")) is not None:
            changed["quality"] = agreed(quality, regions, card.level_pull)
        if not card.answer_pull[0]:
            return changed
        if "answers" in found:
            changed["answers"] = tuple(borne_out(each, regions, card.answer_pull) for each in found["answers"])
        if "description" in found:
            changed["description"] = told(found["description"], regions, changed.get("quality"))
        return changed

    def _statuses(self, statuses: Mapping[str, TaskStatus]) -> dict[str, TaskStatus]:
        known: dict[str, TaskStatus] = {**self.idle, **statuses}
        return {name: known[name] for name in TASKS if name in known}


def idle_statuses(card: Card, wanted: Sequence[str]) -> dict[str, TaskStatus]:
    """The skipped status of every task that is not wanted, or that the checkpoint does not speak."""
    statuses: dict[str, TaskStatus] = {}
    for name in TASKS:
        if name not in wanted:
            statuses[name] = TaskStatus(state=State.SKIPPED, message="not asked for")
        elif name not in card.tasks:
            statuses[name] = TaskStatus(
                state=State.SKIPPED, reason=Reason.UNSUPPORTED_TASK, message=f"{card.name} does not speak this task"
            )
    return statuses


def _coded(photo: Photo, views: Views) -> bytes | None:
    """The photo's own coded pixels, where it is shown as it is stored."""
    whole = len(views.images) == 1 and views.images[0] is photo.image
    return without_metadata(photo.stored) if whole and photo.stored is not None else None


def _read(task: Task, replies: Sequence[Reply], case: Case) -> Any:
    try:
        return task.read(replies, case.views)
    except Exception as error:
        log.exception("reading the %s replies about %s", task.name, case.info.name)
        return _internal(f"reading the {task.name} replies", error)


def _ended(failure: Failure) -> State:
    return State.PARTIAL if isinstance(failure, PartialRegions) else State.FAILED


def _reasoning(replies: Iterable[Reply]) -> str:
    return "\n\n".join(dict.fromkeys(reply.reasoning for reply in replies if reply.reasoning))


def _fields(task: str, result: Any) -> dict[str, Any]:
    if isinstance(result, PartialRegions):
        return {"regions": result.regions}
    if isinstance(result, Failure):
        return {}
    if isinstance(result, Perceived):
        return {"answers": result.answers, "quality": result.quality}
    if isinstance(result, Grounded):
        return {"regions": result.regions, "presence": result.presence}
    return {{"grounding": "regions"}.get(task, task): result}


def _internal(doing: str, error: Exception) -> Failure:
    return Failure(reason=Reason.INTERNAL, message=f"{doing} failed: {type(error).__name__}: {error}")


def _name(source: Any) -> str:
    named = getattr(source, "name", source)
    return str(named).encode(errors="replace").decode() if isinstance(named, str) else type(source).__name__
