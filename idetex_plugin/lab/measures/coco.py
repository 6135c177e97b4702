"""COCO's average precision: the mean over IoU .50, .55 … .95 of the 101-point interpolated precision.

Conventions, those of pycocotools' `COCOeval` with `iouType` "bbox" and all areas:
- at most `max_detections` predictions an image and class count, the best scores first, earlier rows among equals;
- each takes, at every threshold on its own, the free truth of its image and class with the highest IoU, the last of
  equals (unlike VOC, a second-best truth is taken when the best one is gone);
- a crowd truth may be taken any number of times, only when no ordinary one fits; what takes it does not count at all;
- over images, predictions are ordered by score, and by image code among equals;
- a class without ordinary truths is left out of the mean, also when it is predicted.

Source: Lin et al. 2014; github.com/cocodataset/cocoapi, PythonAPI/pycocotools/cocoeval.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from idetex_plugin.lab.measures.overlap import pairs
from idetex_plugin.lab.measures.table import BoxTable, Flags, Floats, Integers

THRESHOLDS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0.0, 1.0, 101)
MAX_DETECTIONS = 100


@dataclass(frozen=True, slots=True)
class CocoScore:
    """`by_class`: class code to AP at each of the ten thresholds, (10,); only classes with ordinary truths."""

    by_class: dict[int, Floats]

    @property
    def ap(self) -> float | None:
        """Mean over thresholds and classes; None without any truth."""
        return self._mean(slice(None))

    @property
    def ap50(self) -> float | None:
        """At IoU .5."""
        return self._mean(slice(0, 1))

    @property
    def ap75(self) -> float | None:
        """At IoU .75."""
        return self._mean(slice(5, 6))

    def _mean(self, part: slice) -> float | None:
        if not self.by_class:
            return None
        return float(np.mean([row[part] for row in self.by_class.values()]))


def coco_ap(truth: BoxTable, predicted: BoxTable, max_detections: int = MAX_DETECTIONS) -> CocoScore:
    """Score predictions against truth; see the module for the conventions."""
    predicted = _best(predicted, max_detections)
    truth = truth.where(np.argsort(truth.crowd, kind="stable"))
    right, ignored = _match(truth, predicted)
    by_class = {}
    for kind in np.unique(truth.kinds).tolist():
        total = int(np.sum((truth.kinds == kind) & ~truth.crowd))
        if total:
            rows = np.flatnonzero(predicted.kinds == kind)
            rows = rows[np.argsort(-predicted.scores[rows], kind="stable")]
            by_class[kind] = _interpolated(right[:, rows], ignored[:, rows], total)
    return CocoScore(by_class)


def _best(predicted: BoxTable, most: int) -> BoxTable:
    """In the order of images, then classes, then falling scores; at most this many an image and class."""
    order = np.lexsort((np.arange(len(predicted)), -predicted.scores, predicted.kinds, predicted.images))
    predicted = predicted.where(order)
    if not len(predicted):
        return predicted
    new = np.flatnonzero(
        np.r_[True, (np.diff(predicted.images) != 0) | (np.diff(predicted.kinds) != 0)]
    )
    rank = np.arange(len(predicted)) - np.repeat(new, np.diff(np.r_[new, len(predicted)]))
    return predicted.where(rank < most)


def _match(truth: BoxTable, predicted: BoxTable) -> tuple[Flags, Flags]:
    """(10, N) flags of the predictions that take an ordinary truth, and of those that take a crowd."""
    right = np.zeros((len(THRESHOLDS), len(predicted)), np.bool_)
    ignored = np.zeros_like(right)
    limits = np.minimum(THRESHOLDS, 1 - 1e-10).tolist()
    crowd = truth.crowd.tolist()
    taken: list[set[int]] = [set() for _ in limits]
    for guesses, truths, overlaps in pairs(predicted, truth, limits[0]):
        for guess, candidates in _grouped(guesses, truths, overlaps):
            for level, limit in enumerate(limits):
                target = _choose(candidates, limit, taken[level], crowd)
                if target is not None:
                    taken[level].add(target)
                    (ignored if crowd[target] else right)[level, guess] = True
    return right, ignored


def _grouped(
    guesses: Integers, truths: Integers, overlaps: Floats
) -> list[tuple[int, list[tuple[int, float]]]]:
    groups: list[tuple[int, list[tuple[int, float]]]] = []
    for guess, truth, overlap in zip(guesses.tolist(), truths.tolist(), overlaps.tolist(), strict=True):
        if not groups or groups[-1][0] != guess:
            groups.append((guess, []))
        groups[-1][1].append((truth, overlap))
    return groups


def _choose(
    candidates: list[tuple[int, float]], limit: float, taken: set[int], crowd: list[bool]
) -> int | None:
    best, chosen = limit, None
    for target, overlap in candidates:
        if target in taken and not crowd[target]:
            continue
        if chosen is not None and crowd[target] and not crowd[chosen]:
            break
        if overlap >= best:
            best, chosen = overlap, target
    return chosen


def _interpolated(right: Flags, ignored: Flags, total: int) -> Floats:
    hits = np.cumsum(right, axis=1, dtype=np.float64)
    misses = np.cumsum(~right & ~ignored, axis=1, dtype=np.float64)
    values = np.zeros(len(THRESHOLDS))
    for level in range(len(THRESHOLDS)):
        precision = hits[level] / (hits[level] + misses[level] + np.spacing(1))
        precision = np.maximum.accumulate(precision[::-1])[::-1]
        places = np.searchsorted(hits[level] / total, RECALLS, side="left")
        reached = places < len(precision)
        values[level] = precision[places[reached]].sum() / len(RECALLS)
    return values
