"""Where two runs on one dataset agree."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from idetex_fiftyone.fields import Fields
from idetex_fiftyone.overlap import SAME_REGION, pairs


@dataclass
class Comparison:
    """Two runs, a and b, on the photos that both have assessed.

    regions: by distortion and who found them: "both", "a" or "b". levels: photos by the level in a and in b.
    scores: of each sample, that of b less that of a. differing: samples that differ in level or in any region.
    """

    photos: int = 0
    regions: Counter[tuple[str, str]] = field(default_factory=Counter)
    levels: Counter[tuple[str, str]] = field(default_factory=Counter)
    scores: dict[str, float] = field(default_factory=dict)
    differing: list[str] = field(default_factory=list)


def compare(samples: Any, run_a: str, run_b: str) -> Comparison:
    """Compare two runs on a dataset or view. Raises ValueError for a run that is not there."""
    first, second = Fields(run_a), Fields(run_b)
    for fields in (first, second):
        if not samples.has_sample_field(fields.status):
            raise ValueError(f"there is no run {fields.run!r}")
    both = samples.exists(first.regions).exists(second.regions)
    paths = [f"{name}{part}" for fields in (first, second) for name, part in _columns(fields)]
    found = Comparison()
    for sample, regions_a, level_a, score_a, regions_b, level_b, score_b in zip(
        *both.values(["id", *paths]), strict=True
    ):
        found.photos += 1
        counts = _matched(regions_a or [], regions_b or [])
        found.regions += counts
        found.levels[str(level_a), str(level_b)] += 1
        if score_a is not None and score_b is not None:
            found.scores[sample] = score_b - score_a
        if level_a != level_b or any(who != "both" for _, who in counts):
            found.differing.append(sample)
    return found


def _columns(fields: Fields) -> tuple[tuple[str, str], ...]:
    return (fields.regions, ".detections"), (fields.level, ".label"), (fields.score, "")


def _matched(first: list[Any], second: list[Any]) -> Counter[tuple[str, str]]:
    same = pairs(first, second, lambda region: (region.label, region.bounding_box), SAME_REGION)
    left, right = {i for i, _ in same}, {j for _, j in same}
    counts = Counter((region.label, "both" if i in left else "a") for i, region in enumerate(first))
    counts.update((region.label, "b") for j, region in enumerate(second) if j not in right)
    return counts
