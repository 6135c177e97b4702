"""`idetex bench labelled`: does a model find the damage that people see in real photographs?

Per distortion, over the photos labelled with or without it: AUROC of the model's score, and recall and false alarms of
what it reports at its card's own thresholds; beside them the AUROC of plain measures, each in whichever direction is
better on these very photos, so an upper bound of what they can do here.

The score of a type is the assessment's probability that it is present; of a checkpoint that gives none, the highest
confidence of a region of that type, 0 without one. Intervals: 95 % bootstrap over photos.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.lab.evaluation.bench.labels import Labels, score_of
from idetex_plugin.lab.measures.bootstrap import Interval, Statistic, draws, interval, ratio
from idetex_plugin.lab.measures.matching import found_counts
from idetex_plugin.lab.measures.ranking import Line, auroc, best_line
from idetex_plugin.lab.measures.table import BoxTable, Flags, Floats, Index, Row, region_rows
from idetex_plugin.photo.sources import Source, display_name
from idetex_plugin.words.assessment import Assessment, Region
from idetex_plugin.words.failure import OK
from idetex_plugin.words.record import Record
from idetex_plugin.words.vocabulary import VIDA

TASKS = ("grounding", "perception")
PLAIN = (
    "mean_luma", "crushed", "clipped", "contrast", "sharpness", "noise", "blockiness", "colourfulness", "entropy",
)  # fmt: skip
"""Measures of what a photo shows. Its size and its file's say more about where it comes from."""
Baselines = Callable[[Sequence[str]], Mapping[str, Floats]]


class Chosen(Record):
    """The line with the best recall at no more than the wished false alarms; threshold None: flag nothing."""

    threshold: float | None
    recall: float | None
    false_alarms: float

    @classmethod
    def of(cls, line: Line) -> Self:
        """As data."""
        return cls(threshold=line.threshold, recall=line.recall, false_alarms=line.false_alarms)


class Found(Record):
    """One distortion over the photos that are labelled with or without it; None where a figure has no photos.

    positives: photos with it. *_interval: 95 %. boxes, boxes_found: of the true boxes, and those that a region of the
    type fits at IoU .5. beside: AUROC of plain measures by name, under .5 where lower values mean damage.
    levels_with, levels_without: photos of each quality level.
    """

    distortion: str
    photos: int
    positives: int
    auroc: float | None
    auroc_interval: tuple[float | None, float | None]
    recall: float | None
    recall_interval: tuple[float | None, float | None]
    false_alarms: float | None
    false_alarms_interval: tuple[float | None, float | None]
    boxes: int = 0
    boxes_found: int = 0
    chosen: Chosen | None = None
    beside: dict[str, float]
    levels_with: dict[str, int]
    levels_without: dict[str, int]


class LabelledReport(Record):
    """A whole result. failed: photos without a grounding, left out, and why; missing: photos that are nowhere.

    scores: "presence" where the checkpoint gives each type's probability, else "region confidence".
    """

    command: str
    model: str
    checkpoint: str
    engine: str
    scores: str
    photos: int
    failed: dict[str, str]
    missing: tuple[str, ...]
    wished_false_alarms: float | None
    distortions: tuple[Found, ...]


def presence(assessment: Assessment) -> Mapping[str, float]:
    """The probability of each type where the checkpoint gives it, else the highest confidence of a region of the type.

    A region without a confidence counts as sure.
    """
    return _given(assessment) or _confidences(assessment.regions)


@dataclass
class Table:
    """The photos that were judged, in one order, with what is known and said of each."""

    labels: Labels
    photos: list[Path]
    said: list[Assessment]
    types: tuple[str, ...] = VIDA.names

    def __post_init__(self) -> None:
        self.chances = [presence(each) for each in self.said]
        self.flags = [dict.fromkeys((region.distortion for region in each.regions), 1.0) for each in self.said]
        self.beside: dict[str, Floats] = {
            name: np.array([each.measures.get(name, np.nan) for each in self.said]) for name in PLAIN
        }

    @property
    def probable(self) -> bool:
        """Whether every photo has a probability of each type."""
        return all(_given(each) for each in self.said)

    def known(self, distortion: str) -> tuple[list[int], Flags]:
        """The numbers of the photos that are labelled with or without it, and which have it."""
        truths = [(row, self.labels.photos[photo].get(distortion)) for row, photo in enumerate(self.photos)]
        known = [(row, truth) for row, truth in truths if truth is not None]
        return [row for row, _ in known], np.array([truth for _, truth in known], np.bool_)

    def found(self, distortion: str, *, seed: int, wished: float | None = None) -> Found:
        """Every figure of one distortion."""
        rows, positive = self.known(distortion)
        scores = np.array([score_of(self.chances[row], distortion, self.types) for row in rows])
        flagged = np.array([score_of(self.flags[row], distortion, self.types) > 0 for row in rows], np.bool_)
        weights = draws(len(rows), seed)

        def figure(statistic: Statistic) -> Interval:
            return interval(statistic, weights)

        telling = figure(lambda counted: auroc(scores, positive, counted))
        recall = figure(ratio(flagged & positive, positive))
        alarms = figure(ratio(flagged & ~positive, ~positive))
        line = None if wished is None else best_line(scores, positive, wished)
        boxes, fitted = self._boxes(distortion, rows)
        return Found(
            distortion=distortion, photos=len(rows), positives=int(positive.sum()),
            auroc=telling.value, auroc_interval=(telling.low, telling.high),
            recall=recall.value, recall_interval=(recall.low, recall.high),
            false_alarms=alarms.value, false_alarms_interval=(alarms.low, alarms.high),
            boxes=boxes, boxes_found=fitted,
            chosen=None if line is None else Chosen.of(line),
            beside=dict(self._beside(rows, positive)),
            levels_with=self._levels(rows, positive), levels_without=self._levels(rows, ~positive),
        )  # fmt: skip

    def _boxes(self, distortion: str, rows: Sequence[int]) -> tuple[int, int]:
        """True boxes of it, and how many regions of its type fit one to one; of a group of types, the group's."""
        index = Index()
        true: list[Row] = []
        said: list[Row] = []
        for row in rows:
            for box in self.labels.boxes.get((self.photos[row], distortion), ()):
                true.append((row, distortion, (box.x1, box.y1, box.x2, box.y2), 1.0, 0))
            mine = [one for one in self.said[row].regions if score_of({one.distortion: 1}, distortion, self.types)]
            said += [(row, distortion, box, score, rank) for _, _, box, score, rank in region_rows(row, mine)]
        truth, predicted = BoxTable.of(true, index), BoxTable.of(said, index)
        right = found_counts(truth, predicted, len(index.images), severities=False)[:, 0].sum() if true else 0
        return len(true), int(right)

    def _beside(self, rows: Sequence[int], positive: Flags) -> Iterator[tuple[str, float]]:
        for name, values in self.beside.items():
            mine = values[rows]
            value = None if np.isnan(mine).any() else auroc(mine, positive)
            if value is not None:
                yield name, value

    def _levels(self, rows: Sequence[int], wanted: Flags) -> dict[str, int]:
        levels = [
            str(quality.level)
            for row, counted in zip(rows, wanted, strict=True)
            if counted and (quality := self.said[row].quality) is not None
        ]
        return {level: levels.count(level) for level in sorted(set(levels))}


def run(
    assessor: Assessor, labels: Labels, *, seed: int, wished: float | None, command: str, step: Callable[[], None],
    baselines: Baselines | None = None,
) -> LabelledReport:
    """Assess every labelled photo and read off every figure. step: called after each photo.

    Raises ValueError if no photo could be judged, EngineDeadError.
    """
    table, failed = fill(labels, assessor, step)
    if not table.photos:
        photo, why = next(iter(failed.items()))
        raise ValueError(f"none of the {len(failed)} labelled photos could be judged: {photo}: {why}")
    if baselines is not None:
        table.beside |= baselines([str(photo) for photo in table.photos])
    known = [name for name in labels.distortions if table.known(name)[0]]
    return LabelledReport(
        command=command, model=assessor.card.name, checkpoint=assessor.fingerprint_parts["checkpoint"],
        engine=assessor.start().name, scores="presence" if table.probable else "region confidence",
        photos=len(table.photos), failed=failed, missing=tuple(labels.missing), wished_false_alarms=wished,
        distortions=tuple(table.found(name, seed=seed, wished=wished) for name in known),
    )  # fmt: skip


def fill(labels: Labels, assessor: Assessor, step: Callable[[], None]) -> tuple[Table, dict[str, str]]:
    """Every labelled photo judged, in the order of the labels, and why those that could not be are left out."""
    said: dict[Path, Assessment] = {}
    failed: dict[str, str] = {}
    sources = ((photo, Source(str(photo), display_name(str(photo)))) for photo in labels.photos)
    for photo, assessment in assessor.stream(sources):
        status = assessment.tasks.get("grounding")
        if assessment.failure is None and status == OK:
            said[photo] = assessment
        else:
            why = assessment.failure.message if assessment.failure else status.message if status else ""
            failed[str(photo)] = why or "no regions were looked for"
        step()
    photos = [photo for photo in labels.photos if photo in said]
    return Table(labels, photos, [said[photo] for photo in photos], assessor.vocabulary.names), failed


def _given(assessment: Assessment) -> Mapping[str, float]:
    given: Mapping[str, float] = getattr(assessment, "presence", {})
    return given


def _confidences(regions: Sequence[Region]) -> dict[str, float]:
    found: dict[str, float] = {}
    for region in regions:
        confidence = 1.0 if region.confidence is None else region.confidence
        found[region.distortion] = max(confidence, found.get(region.distortion, 0.0))
    return found
