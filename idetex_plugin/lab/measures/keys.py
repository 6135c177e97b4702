"""Key distortions: those that harm an image most.

accuracy (the challenge's) = predicted key boxes that fit a true key box / all predicted key boxes: a precision, which
naming a single sure box maximises. recall = true key boxes that a predicted one fits / all true key boxes. A box fits
at the same class and IoU > .5 (strictly); a truth may be fitted by several predictions.
"""

from __future__ import annotations

import numpy as np

from idetex_plugin.lab.measures.matching import Scores
from idetex_plugin.lab.measures.overlap import pairs
from idetex_plugin.lab.measures.table import BoxTable

THRESHOLD = 0.5


def key_counts(truth: BoxTable, predicted: BoxTable) -> tuple[Scores, int]:
    """The counts whose `precision` is the accuracy above, and how many true key boxes were fitted."""
    fitting = np.zeros(len(predicted), np.bool_)
    fitted = np.zeros(len(truth), np.bool_)
    for guesses, truths, overlap in pairs(predicted, truth, THRESHOLD):
        near = overlap > THRESHOLD
        fitting[guesses[near]] = True
        fitted[truths[near]] = True
    return Scores(int(fitting.sum()), len(predicted), len(truth)), int(fitted.sum())
