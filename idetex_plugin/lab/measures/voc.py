"""Average precision of PASCAL VOC since 2010: the area under the precision-recall curve made monotone, at one IoU.

Every prediction looks at the truth of its image and class with the highest IoU, the first of equals, and at no
other. It is right if that IoU reaches the threshold and no prediction before it in the order took that truth;
otherwise it is wrong, even where a second truth would do. The order is by score, and that of the rows among equals.

AP = sum over k of (r_k - r_(k-1)) * max over r >= r_k of p(r), over the recalls r_k at which the curve changes.

Source: Everingham et al., The PASCAL Visual Object Classes Challenge 2012 development kit, section 3.4.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from idetex_plugin.lab.measures.overlap import pairs
from idetex_plugin.lab.measures.table import BoxTable, Flags, Floats, Integers

THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Curve:
    """One class. right: (N,) whether each prediction is, best score first. images: (N,) their image codes.

    truths: (T,) the image codes of the truths. scores: (N,).
    """

    right: Flags
    images: Integers
    scores: Floats
    truths: Integers

    @property
    def precision(self) -> Floats:
        """(N,) after each prediction."""
        return np.asarray(np.cumsum(self.right) / np.arange(1, len(self.right) + 1))

    @property
    def recall(self) -> Floats:
        """(N,) after each prediction; 0 for a class without truths."""
        return np.asarray(np.cumsum(self.right) / max(len(self.truths), 1))

    def ap(self, weights: Floats | None = None) -> float:
        """The average precision; 0 without truths or without predictions.

        weights: (images,) how often each image counts, for resampling.
        """
        hits = self.right.astype(np.float64)
        total = float(len(self.truths))
        counted = np.ones(len(hits))
        if weights is not None:
            counted = weights[self.images]
            hits = hits * counted
            total = float(weights[self.truths].sum())
        seen = np.cumsum(counted)
        if total == 0 or not len(seen) or seen[-1] == 0:
            return 0.0
        hit = np.cumsum(hits)
        return area(hit / total, np.divide(hit, seen, out=np.zeros_like(hit), where=seen > 0))


def area(recall: Floats, precision: Floats) -> float:
    """The area under the monotone envelope of a curve (N,), (N,) whose recall does not fall."""
    recall = np.concatenate([[0.0], recall, [1.0]])
    precision = np.concatenate([[0.0], precision, [0.0]])
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    steps = np.flatnonzero(recall[1:] != recall[:-1])
    return float(np.sum((recall[steps + 1] - recall[steps]) * precision[steps + 1]))


def curves(truth: BoxTable, predicted: BoxTable, threshold: float = THRESHOLD) -> dict[int, Curve]:
    """The curve of every class code in truth or predictions. Threshold above 0."""
    order = np.argsort(-predicted.scores, kind="stable")
    predicted = predicted.where(order)
    right = _right(truth, predicted, threshold)
    found: dict[int, Curve] = {}
    for kind in sorted({*truth.kinds.tolist(), *predicted.kinds.tolist()}):
        mine = predicted.kinds == kind
        found[kind] = Curve(
            right[mine], predicted.images[mine], predicted.scores[mine], truth.images[truth.kinds == kind]
        )
    return found


def mean_ap(found: dict[int, Curve], weights: Floats | None = None) -> float:
    """The mean over all these classes. A class that is never in the truth counts 0. Raises ValueError for none."""
    if not found:
        raise ValueError("no boxes in truth or predictions: there is no average precision")
    return float(np.mean([curve.ap(weights) for curve in found.values()]))


def _right(truth: BoxTable, predicted: BoxTable, threshold: float) -> Flags:
    right = np.zeros(len(predicted), np.bool_)
    taken = np.zeros(len(truth), np.bool_)
    for guesses, truths, overlap in pairs(predicted, truth, threshold):
        best = np.lexsort((truths, -overlap, guesses))
        _, first = np.unique(guesses[best], return_index=True)
        chosen = best[first]
        guess, target = guesses[chosen], truths[chosen]
        free = ~taken[target]
        guess, target = guess[free], target[free]
        target, earliest = np.unique(target, return_index=True)
        right[guess[earliest]] = True
        taken[target] = True
    return right
