"""Scores against mean opinion scores: rank and linear correlation.

SRCC: Spearman's rho. PLCC: Pearson's r of the scores as they are, without the logistic fit that some papers put
before it. KRCC: Kendall's tau-b. All -1..1, higher is better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from idetex_plugin.lab.measures.table import Floats

FEWEST = 3


@dataclass(frozen=True, slots=True)
class OpinionScore:
    """None where it is undefined: fewer than three photos, or one side is constant."""

    photos: int
    srcc: float | None
    plcc: float | None
    krcc: float | None


def opinion_scores(opinions: Floats, scores: Floats) -> OpinionScore:
    """Both (N,). Raises ValueError for different lengths and for numbers that are not finite."""
    from scipy import stats

    if len(opinions) != len(scores):
        raise ValueError(f"{len(opinions)} opinions and {len(scores)} scores")
    if not np.all(np.isfinite(opinions)) or not np.all(np.isfinite(scores)):
        raise ValueError("a score that is not finite")
    if len(scores) < FEWEST or np.ptp(opinions) == 0 or np.ptp(scores) == 0:
        return OpinionScore(len(scores), None, None, None)
    found = (float(measure(opinions, scores)[0]) for measure in (stats.spearmanr, stats.pearsonr, stats.kendalltau))
    return OpinionScore(len(scores), *(value if np.isfinite(value) else None for value in found))
