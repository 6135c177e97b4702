"""Matching predictions to truths one to one, as well as possible, and what can be said of the matched boxes.

Per image, as many pairs as possible are matched, and among the ways to do that the one with the highest sum of IoU
(Hungarian method). Unlike greedy matching the result does not depend on the order of the boxes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from idetex_plugin.lab.measures.overlap import iou_matrix
from idetex_plugin.lab.measures.table import BoxTable, Flags, Floats, Integers

THRESHOLD = 0.5


def one_to_one(overlap: Floats, allowed: Flags) -> tuple[Integers, Integers]:
    """Rows and columns of the best matching of a matrix (N, M) of IoU over the allowed pairs (N, M)."""
    from scipy.optimize import linear_sum_assignment

    if not allowed.any():
        return np.empty(0, np.int64), np.empty(0, np.int64)
    gain = np.where(allowed, min(allowed.shape) + 1.0 + overlap, 0.0)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    kept = allowed[rows, columns]
    return rows[kept].astype(np.int64), columns[kept].astype(np.int64)


@dataclass(frozen=True, slots=True)
class Matches:
    """predicted, truth: (K,) matched rows of the two tables. overlap: (K,) their IoU."""

    predicted: Integers
    truth: Integers
    overlap: Floats


def match(
    truth: BoxTable, predicted: BoxTable, *, kinds: bool, severities: bool = False, threshold: float = THRESHOLD
) -> Matches:
    """Match all images at once; a pair is allowed at IoU >= threshold, with the same class and severity if asked."""
    found: list[tuple[Integers, Integers, Floats]] = []
    guesses, targets = _by_image(predicted), _by_image(truth)
    for image in sorted(guesses.keys() & targets.keys()):
        mine, theirs = guesses[image], targets[image]
        overlap = iou_matrix(predicted.boxes[mine], truth.boxes[theirs])
        allowed = overlap >= threshold
        if kinds:
            allowed &= predicted.kinds[mine][:, None] == truth.kinds[theirs][None, :]
        if severities:
            allowed &= predicted.severities[mine][:, None] == truth.severities[theirs][None, :]
        rows, columns = one_to_one(overlap, np.asarray(allowed))
        found.append((mine[rows], theirs[columns], overlap[rows, columns]))
    if not found:
        return Matches(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    mine, theirs, shared = (np.concatenate(part) for part in zip(*found, strict=True))
    return Matches(mine, theirs, shared)


@dataclass(frozen=True, slots=True)
class Matched:
    """Matching by place alone (IoU >= .5, any class). The accuracies are of matched boxes only, None without any:
    a model that reports only what it is sure of looks good in them, so read them with the recall.

    recall, precision: matched boxes of all truths, of all predictions; None without any.
    mean_iou, class_accuracy: over matched boxes. severity_accuracy: over those whose truth has a severity.
    """

    matched: int
    recall: float | None
    precision: float | None
    mean_iou: float | None
    class_accuracy: float | None
    severity_accuracy: float | None


def matched_boxes(truth: BoxTable, predicted: BoxTable, threshold: float = THRESHOLD) -> Matched:
    """Match by place alone and compare class and severity."""
    matches = match(truth, predicted, kinds=False, threshold=threshold)
    mine, theirs = matches.predicted, matches.truth
    same = predicted.kinds[mine] == truth.kinds[theirs]
    known = truth.severities[theirs] > 0
    as_severe = (predicted.severities[mine] == truth.severities[theirs])[known]
    return Matched(
        matched=len(mine),
        recall=share(len(mine), len(truth)),
        precision=share(len(mine), len(predicted)),
        mean_iou=float(matches.overlap.mean()) if len(mine) else None,
        class_accuracy=share(int(same.sum()), len(same)),
        severity_accuracy=share(int(as_severe.sum()), len(as_severe)),
    )


@dataclass(frozen=True, slots=True)
class Scores:
    """Precision, recall and F1 of counts: TP/P, TP/T, 2TP/(P+T); None where there is nothing to divide by."""

    right: int
    predicted: int
    truths: int

    @property
    def precision(self) -> float | None:
        """Of what was predicted."""
        return share(self.right, self.predicted)

    @property
    def recall(self) -> float | None:
        """Of what is there."""
        return share(self.right, self.truths)

    @property
    def f1(self) -> float | None:
        """Their harmonic mean; 0 when nothing is right, None when there is nothing at all."""
        return share(2 * self.right, self.predicted + self.truths)


def found_counts(
    truth: BoxTable, predicted: BoxTable, images: int, *, severities: bool, threshold: float = THRESHOLD
) -> Integers:
    """(images, 3): right, predicted and true boxes of every image code; right is one to one, same class, IoU >= .5.

    severities: the severity must be the same too (the triplet of type, box and severity).
    """
    matches = match(truth, predicted, kinds=True, severities=severities, threshold=threshold)
    columns = (truth.images[matches.truth], predicted.images, truth.images)
    return np.stack([np.bincount(column, minlength=images) for column in columns], axis=1).astype(np.int64)


def triplets(truth: BoxTable, predicted: BoxTable, threshold: float = THRESHOLD) -> Scores:
    """Micro-averaged over all images: type, box (IoU >= threshold) and severity all right."""
    right = match(truth, predicted, kinds=True, severities=True, threshold=threshold)
    return Scores(len(right.truth), len(predicted), len(truth))


def share(part: float, whole: float) -> float | None:
    """part / whole, or None when there is no whole."""
    return part / whole if whole else None


def _by_image(table: BoxTable) -> dict[int, Integers]:
    order = np.argsort(table.images, kind="stable")
    images, starts = np.unique(table.images[order], return_index=True)
    return dict(zip(images.tolist(), np.split(order, starts[1:]), strict=True)) if len(order) else {}
