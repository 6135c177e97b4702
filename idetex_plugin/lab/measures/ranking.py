"""How well a score tells photos with a damage from photos without.

AUROC = P(score of a positive > score of a negative) + P(equal) / 2, by the ranks of the scores (Mann and Whitney 1947).
"""

from __future__ import annotations

from idetex_plugin.lab.measures.table import Flags, Floats


def auroc(scores: Floats, positive: Flags) -> float | None:
    """scores, positive: (N,). 0..1, .5 for a score that knows nothing; None without positives or without negatives."""
    from scipy.stats import rankdata

    count = int(positive.sum())
    others = len(positive) - count
    if not count or not others:
        return None
    ranks = rankdata(scores)[positive].sum()
    return float((ranks - count * (count + 1) / 2) / (count * others))
