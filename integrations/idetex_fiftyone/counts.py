"""What the panel's histograms show: one aggregation over the dataset, kept until a sample changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

ACCEPTED, REJECTED = "accepted", "rejected"
REVIEWED = ACCEPTED, REJECTED
WAITING = "waiting"
FIRST_SCORE, LAST_SCORE, SCORE_STEP = 1.0, 5.0, 0.25


@dataclass(frozen=True)
class Figures:
    """The counts of one run.

    regions: by distortion, severity and what reviewers said ("accepted", "rejected", "waiting").
    levels: photos by level. scores: photos by the lower end of a step of `SCORE_STEP`.
    """

    photos: int = 0
    regions: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    scores: Counter[float] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All regions."""
        return self.regions.total()

    @property
    def reviewed(self) -> int:
        """Regions that were accepted or rejected."""
        return sum(count for (_, _, said), count in self.regions.items() if said in REVIEWED)


def figures(dataset: Any, run: str) -> Figures:
    """The counts of a run over the whole dataset. The second call is free until a sample has changed."""
    changed = dataset.max("last_modified_at")
    return _figures(_Key(dataset, run, (str(dataset._doc.id), run, len(dataset), changed)))


class _Key:
    """A dataset and a run that are equal while nothing has changed."""

    def __init__(self, dataset: Any, run: str, state: tuple[Any, ...]) -> None:
        self.dataset, self.run, self.state = dataset, run, state

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.state == other.state

    def __hash__(self) -> int:
        return hash(self.state)


def _named(group: dict[str, str]) -> tuple[str, str, str]:
    return group.get("label") or "", group.get("severity") or "", group["said"]


@lru_cache(maxsize=8)
def _figures(key: _Key) -> Figures:
    run = key.run
    said = {
        "$switch": {
            "branches": [{"case": {"$in": [tag, {"$ifNull": ["$region.tags", []]}]}, "then": tag} for tag in REVIEWED],
            "default": WAITING,
        }
    }
    step = {"$multiply": [{"$floor": {"$divide": ["$score", SCORE_STEP]}}, SCORE_STEP]}
    region = {"label": "$region.label", "severity": "$region.severity", "said": said}
    [found] = key.dataset._aggregate(
        pipeline=[
            {
                "$project": {
                    "region": f"${run}_regions.detections",
                    "level": f"${run}_level.label",
                    "score": f"${run}_score",
                }
            },
            {
                "$facet": {
                    "photos": [{"$match": {"region": {"$type": "array"}}}, {"$count": "n"}],
                    "regions": [{"$unwind": "$region"}, {"$group": {"_id": region, "count": {"$sum": 1}}}],
                    "levels": [{"$match": {"level": {"$ne": None}}}, {"$sortByCount": "$level"}],
                    "scores": [{"$match": {"score": {"$type": "number"}}}, {"$sortByCount": step}],
                }
            },
        ]
    )
    return Figures(
        photos=sum(row["n"] for row in found["photos"]),
        regions=Counter({_named(row["_id"]): row["count"] for row in found["regions"]}),
        levels=Counter({row["_id"]: row["count"] for row in found["levels"]}),
        scores=Counter({row["_id"]: row["count"] for row in found["scores"]}),
    )
