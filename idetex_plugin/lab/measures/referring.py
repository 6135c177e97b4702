"""Referring grounding: a sentence names one place, the answer is one box.

Acc@.5 = share of all sentences whose answered box has IoU >= .5 with the truth; mIoU = mean IoU over all sentences.
A sentence without a readable box counts as IoU 0 in both; the response rate is the share that has one. Source of
Acc@.5: Kazemzadeh et al. 2014 (ReferItGame) and the works after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from idetex_plugin.lab.measures.overlap import iou_matrix
from idetex_plugin.lab.measures.table import Floats

THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class ReferringScore:
    """Over `sentences` sentences; see the module."""

    sentences: int
    accuracy: float
    mean_iou: float
    response_rate: float


def referring(truth: Sequence[Floats], answered: Sequence[Floats | None]) -> ReferringScore:
    """truth: per sentence (K, 4), K >= 1, any of which is right. answered: the first box said, (4,), or None.

    Raises ValueError for no sentences, for a sentence without truth, and for lists of different lengths.
    """
    if not truth:
        raise ValueError("no sentences to score")
    best = np.zeros(len(truth))
    for number, (places, box) in enumerate(zip(truth, answered, strict=True)):
        if not len(places):
            raise ValueError(f"sentence {number} has no true box")
        if box is not None:
            best[number] = iou_matrix(np.asarray(box, np.float64)[None], np.asarray(places, np.float64)).max()
    responded = sum(box is not None for box in answered)
    return ReferringScore(
        len(truth), float(np.mean(best >= THRESHOLD)), float(best.mean()), responded / len(truth)
    )
