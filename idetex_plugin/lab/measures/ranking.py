"""How well a score tells photos with a damage from photos without, and where to draw the line.

AUROC = P(score of a positive > score of a negative) + P(equal) / 2 (Mann and Whitney 1947; Bamber 1975).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from idetex_plugin.lab.measures.table import Flags, Floats


def auroc(scores: Floats, positive: Flags, weights: Floats | None = None) -> float | None:
    """scores, positive: (N,). 0..1, .5 for a score that knows nothing; None without positives or without negatives.

    weights: (N,) how often each counts, for resampling.
    """
    counted = np.ones(len(scores)) if weights is None else weights
    _, places = np.unique(scores, return_inverse=True)
    with_it = np.bincount(places, counted * positive)
    without = np.bincount(places, counted * ~positive)
    pairs = float(with_it.sum() * without.sum())
    if not pairs:
        return None
    below = np.cumsum(without) - without
    return float(with_it @ (below + without / 2)) / pairs


@dataclass(frozen=True, slots=True)
class Line:
    """Flag every photo whose score reaches the threshold; None: flag none. recall: of positives flagged, None without
    positives. false_alarms: of negatives flagged."""

    threshold: float | None
    recall: float | None
    false_alarms: float


def best_line(scores: Floats, positive: Flags, rate: float) -> Line | None:
    """The lowest threshold among the scores (N,) that flags no larger share of the negatives than `rate`, 0..1.

    It has the best recall that this rate allows. None without negatives.
    """
    others = scores[~positive]
    if not len(others):
        return None
    thresholds = np.unique(scores)
    alarms = (len(others) - np.searchsorted(np.sort(others), thresholds)) / len(others)
    allowed = np.flatnonzero(alarms <= rate)
    mine = scores[positive]
    if not len(allowed):
        return Line(None, 0.0 if len(mine) else None, 0.0)
    threshold = float(thresholds[allowed[0]])
    recall = float((mine >= threshold).mean()) if len(mine) else None
    return Line(threshold, recall, float(alarms[allowed[0]]))
