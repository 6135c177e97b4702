"""Several models that assess a photo together, such as one tuned for scores and one that grounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.assessing.demand import EngineOnDemand
from idetex_plugin.assessing.examiner import Case, Examiner
from idetex_plugin.assessing.fusion import Voice, fused
from idetex_plugin.engines.base import Engine
from idetex_plugin.engines.choose import AUTO
from idetex_plugin.engines.joint import JointEngine, MemberRequest
from idetex_plugin.photo.load import Photo, PhotoError
from idetex_plugin.words.assessment import Assessment, PhotoInfo
from idetex_plugin.words.card import TASKS, Card
from idetex_plugin.words.question import Question
from idetex_plugin.words.request import Reply

PLUS = "+"


@dataclass(frozen=True, slots=True)
class JointCase:
    """A photo that waits for the replies of all members. A member that could not ask has said so already."""

    info: PhotoInfo
    parts: tuple[Case | Assessment, ...]
    requests: tuple[MemberRequest, ...]


@dataclass(frozen=True)
class JointExaminer(Examiner):
    """Asks every member's questions about a photo, and fuses what they say."""

    members: tuple[Examiner, ...] = ()

    def prepare(self, source: Any) -> JointCase | Assessment:  # type: ignore[override]
        """See `Examiner`. The photo is read once, and plugins see it once."""
        try:
            photo = self.load(source)
        except PhotoError as error:
            return self.refuse(error.info, error.failure)
        except Exception:
            return super().prepare(source)  # type: ignore[return-value]
        parts = tuple(member.prepare(photo) for member in self.members)
        asked = (
            MemberRequest.of(request, number)
            for number, part in enumerate(parts)
            if isinstance(part, Case)
            for request in part.requests
        )
        return JointCase(photo.info, parts, tuple(asked))

    def conclude(self, case: JointCase, replies: Sequence[Reply], engine: str) -> Assessment:  # type: ignore[override]
        """See `Examiner`."""
        given: list[list[Reply]] = [[] for _ in self.members]
        for request, reply in zip(case.requests, replies, strict=True):
            given[request.member].append(reply)
        voices = [
            Voice(part if isinstance(part, Assessment) else member.conclude(part, own, engine), member.card.weight)
            for member, part, own in zip(self.members, case.parts, given, strict=True)
        ]
        return fused(voices, self.card.name, self.fingerprint, engine)


class Ensemble(Assessor):
    """An assessor of several models: levels, scores and answers are averaged, boxes fused (see `fusion`).

    models: their names, folders, files or cards, at least two different ones. A card's `weight` says how much its model
    counts. `url` may name as many servers as there are models, joined by "+"; so may each of several.
    engines: an engine for each, which the caller closes. Other arguments are those of `Assessor`. A region's question
    and a described place go to the first model that grounds.
    """

    def __init__(
        self, models: Sequence[Any], engine: str = "auto", tasks: Sequence[str] = TASKS,
        questions: Sequence[Question] | None = None, *, engines: Sequence[Engine] | None = None, **options: Any,
    ) -> None:
        addresses = _addresses(options.pop("url", None), len(models))
        chosen: Sequence[Any] = engines if engines is not None else [engine] * len(models)
        own: list[dict[str, Any]] = [
            {**options, "url": urls[0] if len(urls) == 1 else urls} if urls else options for urls in addresses
        ]
        self.members = tuple(
            Assessor(model, which, tasks, questions, **given)
            for model, which, given in zip(models, chosen, own, strict=True)
        )
        names = [member.card.name for member in self.members]
        if len(set(names)) < max(len(names), 2):
            raise ValueError(f"several models are two different ones at least, not {', '.join(names)}")
        super().__init__(_together([member.card for member in self.members]), AUTO, tasks, questions, **options)
        self._engine = EngineOnDemand(self._joined, own=False)

    @cached_property
    def fingerprint_parts(self) -> dict[str, str]:
        """Those of all members, by model and name."""
        return {
            f"{member.card.name}: {name}": part
            for member in self.members
            for name, part in member.fingerprint_parts.items()
        }

    def _joined(self) -> tuple[Engine, str]:
        """The members' engines as one."""
        engine = JointEngine([member.start() for member in self.members])
        choices = [f"{member.card.name}: {' '.join(member.engine_choice or ())}" for member in self.members]
        return engine, "; ".join(choices)

    @cached_property
    def examiner(self) -> Examiner:
        """What asks all members' tasks about a photo, and fuses what they say."""
        members = tuple(replace(member.examiner, load=_loaded) for member in self.members)
        base = super().examiner
        return JointExaminer(base.card, base.tasks, base.fingerprint, base.load, base.idle, members=members)

    def close(self) -> None:
        """Close the members, too."""
        super().close()
        for member in self.members:
            member.close()


def ensemble_or_one(model: Any, *arguments: Any, **options: Any) -> Assessor:
    """The assessor of one model, or of several whose names are joined by "+"."""
    if isinstance(model, str) and PLUS in model:
        return Ensemble([name.strip() for name in model.split(PLUS)], *arguments, **options)
    return Assessor(model, *arguments, **options)


def _addresses(given: str | Sequence[str] | None, models: int) -> list[tuple[str, ...]]:
    """The servers of each model."""
    each: list[list[str]] = []
    for urls in (given,) if isinstance(given, str) else given or ():
        parts = urls.split(PLUS)
        if len(parts) not in {1, models}:
            raise ValueError(f"{len(parts)} addresses for {models} models: give one for each, or one for all")
        each.append(parts if len(parts) == models else parts * models)
    return [tuple(urls) for urls in zip(*each, strict=True)] or [()] * models


def _together(cards: Sequence[Card]) -> Card:
    """A card for all: the first that grounds, with what any of them speaks."""
    first = next((card for card in cards if "grounding" in card.tasks), cards[0])
    return first.model_copy(update={
        "name": PLUS.join(card.name for card in cards),
        "title": " and ".join(card.title for card in cards),
        "tasks": tuple(task for task in TASKS if any(task in card.tasks for card in cards)),
    })


def _loaded(photo: Any) -> Photo:
    assert isinstance(photo, Photo)
    return photo
