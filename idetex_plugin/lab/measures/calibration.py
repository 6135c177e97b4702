"""Calibration: is what the model is 80 % sure of right 80 % of the time?

ECE = sum over bins of n_b / N * |accuracy_b - mean confidence_b|, over equally wide bins (lo, hi] of confidence, the
first of which holds 0 too. Source: Guo et al. 2017, On Calibration of Modern Neural Networks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from idetex_plugin.lab.measures.table import Flags, Floats, Integers

BINS = 10


@dataclass(frozen=True, slots=True)
class Reliability:
    """counts, confidence, accuracy: (bins,); the latter two are NaN where a bin is empty. ece: 0..1."""

    counts: Integers
    confidence: Floats
    accuracy: Floats
    ece: float


def reliability(confidence: Floats, right: Flags, bins: int = BINS) -> Reliability:
    """confidence: (N,) the probability given to the chosen option. right: (N,) whether it was true.

    Raises ValueError for no answers, and for a confidence outside of 0..1 or not finite.
    """
    if not len(confidence) or len(confidence) != len(right):
        raise ValueError(f"{len(confidence)} confidences and {len(right)} answers cannot be calibrated")
    if not np.all((confidence >= 0) & (confidence <= 1)):
        raise ValueError("a confidence outside of 0..1")
    places = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    counts = np.bincount(places, minlength=bins)
    with np.errstate(invalid="ignore"):
        sure = np.bincount(places, confidence, bins) / counts
        accuracy = np.bincount(places, right.astype(np.float64), bins) / counts
    gaps = np.abs(accuracy - sure)[counts > 0]
    return Reliability(counts, sure, accuracy, float(np.sum(counts[counts > 0] * gaps) / len(confidence)))
