"""What several models say of one photo, as one assessment: scores averaged, answers averaged, boxes fused.

Weighted boxes fusion: Solovyev, Wang and Gabruseva, "Weighted boxes fusion: Ensembling boxes from different object
detection models" (2021): boxes of one type that overlap become one, whose corners are their mean by weight and
confidence, and whose confidence falls with the share of models that did not see it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from idetex_plugin.words.assessment import Answer, Assessment, Quality, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.failure import State, TaskStatus
from idetex_plugin.words.vocabulary import Level

OVERLAP = 0.55
Name = TypeVar("Name", str, Level)


@dataclass(frozen=True)
class Voice:
    """One model's assessment and how much it counts."""

    said: Assessment
    weight: float


@dataclass(frozen=True)
class _Seen:
    """A region, and who saw it."""

    region: Region
    weight: float
    model: str

    @property
    def counts(self) -> float:
        """Weight by confidence, by weight alone where none is known."""
        return self.weight * (1.0 if self.region.confidence is None else self.region.confidence)


@dataclass
class _Cluster:
    """Regions of one type that overlap."""

    members: list[_Seen] = field(default_factory=list)

    @property
    def box(self) -> Box:
        shares = [max(seen.counts, 1e-9) for seen in self.members]
        total = sum(shares)

        def mean(side: Callable[[Box], float]) -> float:
            each = (share * side(seen.region.box) for share, seen in zip(shares, self.members, strict=True))
            return min(max(sum(each) / total, 0.0), 1.0)

        return Box(
            x1=mean(lambda box: box.x1), y1=mean(lambda box: box.y1), x2=mean(lambda box: box.x2),
            y2=mean(lambda box: box.y2),
        )  # fmt: skip


def fused(voices: Sequence[Voice], model: str, fingerprint: str, engine: str) -> Assessment:
    """One assessment of what all say of the same photo. A task is ok where every model that speaks it could do it,
    failed where none could, and partial in between."""
    first = voices[0].said
    names = list(dict.fromkeys(name for voice in voices for name in voice.said.tasks))
    described = [voice.said.description for voice in voices if voice.said.description is not None]
    reasoning = {
        task: "\n\n".join(f"{v.said.model}: {v.said.reasoning[task]}" for v in voices if task in v.said.reasoning)
        for task in names
    }
    return first.model_copy(update={
        "model": model,
        "fingerprint": fingerprint,
        "engine": engine,
        "tasks": {name: _status([voice.said for voice in voices], name) for name in names},
        "regions": fuse_regions(voices),
        "answers": fuse_answers(voices),
        "presence": _mean([(voice.said.presence, voice.weight) for voice in voices if voice.said.presence]),
        "description": described[0] if described else None,
        "quality": fuse_quality(voices),
        "failure": first.failure if all(voice.said.failure is not None for voice in voices) else None,
        "reasoning": {task: text for task, text in reasoning.items() if text},
    })


def fuse_quality(voices: Sequence[Voice]) -> Quality | None:
    """The mean score by weight and its level; without scores, the level with most weight, of equal ones the first."""
    heard = [(voice.said.quality, voice.weight) for voice in voices if voice.said.quality is not None]
    scored = [(quality.score, weight) for quality, weight in heard if quality.score is not None]
    if scored:
        score = sum(value * weight for value, weight in scored) / sum(weight for _, weight in scored)
        shares = _mean([(quality.probabilities, weight) for quality, weight in heard if quality.probabilities])
        return Quality(level=Level.nearest(score), score=score, probabilities=shares)
    votes: dict[Level, float] = {}
    for quality, weight in heard:
        votes[quality.level] = votes.get(quality.level, 0.0) + weight
    return Quality(level=max(votes, key=lambda level: votes[level])) if votes else None


def fuse_answers(voices: Sequence[Voice]) -> tuple[Answer, ...]:
    """Each question's answer: the option of the highest mean probability, or, where none are known, of most weight."""
    asked: dict[tuple[str, str, tuple[str, ...]], list[tuple[Answer, float]]] = {}
    for voice in voices:
        for answer in voice.said.answers:
            asked.setdefault((answer.name, answer.question, answer.options), []).append((answer, voice.weight))
    return tuple(_answer(heard) for heard in asked.values())


def fuse_regions(voices: Sequence[Voice], overlap: float = OVERLAP) -> tuple[Region, ...]:
    """The regions of all, those of one type that overlap as one. overlap: the least IoU with the box of a cluster.

    Severity and effect are those of the member that counts most. The confidence is the mean of the known ones by
    weight, times the share of weight that saw the region, among the models that look for regions.
    """
    looking = [voice for voice in voices if _looks(voice.said)]
    if len(looking) < 2:
        return looking[0].said.regions if looking else ()
    clusters: dict[str, list[_Cluster]] = {}
    found = [_Seen(region, voice.weight, voice.said.model) for voice in looking for region in voice.said.regions]
    for seen in sorted(found, key=lambda each: each.counts, reverse=True):
        group, box = clusters.setdefault(seen.region.distortion, []), seen.region.box
        shares = [cluster.box.iou(box) for cluster in group]
        if not shares or max(shares) < overlap:
            group.append(_Cluster([seen]))
        else:
            group[shares.index(max(shares))].members.append(seen)
    total = sum(voice.weight for voice in looking)
    return tuple(_region(cluster, total) for group in clusters.values() for cluster in group)


def _region(cluster: _Cluster, total: float) -> Region:
    known = [(s.region.confidence, s.weight) for s in cluster.members if s.region.confidence is not None]
    confidence = None
    if known:
        mean = sum(value * weight for value, weight in known) / sum(weight for _, weight in known)
        agreeing = {seen.model: seen.weight for seen in cluster.members}
        confidence = min(mean * sum(agreeing.values()) / total, 1.0)
    return cluster.members[0].region.model_copy(update={"box": cluster.box, "confidence": confidence})


def _answer(heard: Sequence[tuple[Answer, float]]) -> Answer:
    first = heard[0][0]
    shares = _mean([(answer.probabilities, weight) for answer, weight in heard if answer.probabilities])
    votes = {option: sum(w for answer, w in heard if answer.choice == option) for option in first.options}
    choice = max(first.options, key=lambda option: shares[option] if shares else votes[option])
    return first.model_copy(update={"choice": choice, "probabilities": shares})


def _mean(heard: Sequence[tuple[Mapping[Name, float], float]]) -> dict[Name, float]:
    if not heard:
        return {}
    total = sum(weight for _, weight in heard)
    return {name: sum(shares.get(name, 0.0) * weight for shares, weight in heard) / total for name in heard[0][0]}


def _looks(said: Assessment) -> bool:
    status = said.tasks.get("grounding")
    return status is not None and status.state in {State.OK, State.PARTIAL}


def _status(said: Sequence[Assessment], task: str) -> TaskStatus:
    spoken = [(each.model, status) for each in said if (status := each.tasks.get(task)) is not None]
    asked = [(model, status) for model, status in spoken if status.state is not State.SKIPPED]
    short = [(model, status) for model, status in asked if status.fell_short]
    if not asked or not short:
        return (asked or spoken)[0][1]
    message = "; ".join(f"{model}: {status.message}" for model, status in short)
    useless = all(status.state is State.FAILED for _, status in asked)
    return TaskStatus(state=State.FAILED if useless else State.PARTIAL, reason=short[0][1].reason, message=message)
