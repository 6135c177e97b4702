"""Quality levels: exactly right, and within one step of five."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from idetex_plugin.words.vocabulary import Level


@dataclass(frozen=True, slots=True)
class LevelScore:
    """Over `photos` photos; one without a readable level is wrong. majority: of the truth's most frequent level."""

    photos: int
    exact: float
    within_one: float
    unanswered: int
    majority: float


def level_scores(truth: Sequence[Level], said: Sequence[Level | None]) -> LevelScore:
    """Raises ValueError for no photos, and for lists of different lengths."""
    if not truth:
        raise ValueError("no levels to score")
    steps = [None if word is None else abs(word.score - true.score) for true, word in zip(truth, said, strict=True)]
    return LevelScore(
        photos=len(truth),
        exact=steps.count(0) / len(truth),
        within_one=sum(step is not None and step <= 1 for step in steps) / len(truth),
        unanswered=steps.count(None),
        majority=Counter(truth).most_common(1)[0][1] / len(truth),
    )
