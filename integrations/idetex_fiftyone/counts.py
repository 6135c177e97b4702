"""What the panel's histograms show: one aggregation over a view, kept until a sample changes."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from idetex_fiftyone.truth.fields import DEFAULT, TruthFields
from idetex_fiftyone.truth.meant import flat
from idetex_fiftyone.truth.sheet import FULLY, VERDICTS

WAITING, UNCLEAR = "waiting", "unclear"
"""Predictions that nobody has decided about: in photos that are still open, and in fully reviewed ones."""
FIRST_SCORE, LAST_SCORE, SCORE_STEP = 1.0, 5.0, 0.25


@dataclass(frozen=True)
class Figures:
    """The counts of one run under one truth.

    regions: predictions by distortion, severity and what people said ("accepted", "rejected", "corrected", "waiting",
    or "unclear": not decided, in a photo that is fully reviewed). levels: photos by level. scores: photos by the lower
    end of a step of `SCORE_STEP`. states: assessed photos by "ok" and "failed". reviewed: photos by "partly" and
    "fully", and "" for neither. samples: all photos of the view. conflicts: photos where the run disagrees with people.
    """

    photos: int = 0
    samples: int = 0
    conflicts: int = 0
    regions: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    scores: Counter[float] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    reviewed: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All predictions."""
        return self.regions.total()

    def said(self, *what: str) -> int:
        """Predictions of which this was said."""
        return sum(count for (_, _, said), count in self.regions.items() if said in what)

    @property
    def waiting(self) -> int:
        """Predictions that nobody has decided about."""
        return self.said(WAITING)

    @property
    def decided(self) -> int:
        """Predictions that were accepted, corrected or rejected."""
        return self.said(*VERDICTS)


def figures(samples: Any, run: str, name: str = DEFAULT) -> Figures:
    """The counts of a run over a dataset or view. The second call is free until a sample has changed."""
    dataset = samples._root_dataset
    stages = "" if samples is dataset else json.dumps(samples._serialize(include_uuids=False), default=str)
    changed = dataset._sample_collection.find_one({}, {"last_modified_at": 1}, sort=[("last_modified_at", -1)])
    count = dataset._sample_collection.estimated_document_count()
    state = str(dataset._doc.id), run, name, stages, count, changed and changed.get("last_modified_at")
    return _figures(_Key(samples, run, name, state))


class _Key:
    """A view, a run and a truth that are equal while nothing has changed."""

    def __init__(self, samples: Any, run: str, name: str, state: tuple[Any, ...]) -> None:
        self.samples, self.run, self.name, self.state = samples, run, name, state

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.state == other.state

    def __hash__(self) -> int:
        return hash(self.state)


def said_of(region: str, review: str) -> dict[str, Any]:
    """An aggregation's expression: what people said of a prediction. region, review: paths, with dollar signs."""
    mine = {
        "$filter": {
            "input": {"$ifNull": [f"{review}.details.decisions", []]},
            "as": "decision",
            "cond": {"$eq": ["$$decision.prediction", {"$toString": f"{region}._id"}]},
        }
    }
    verdict = {"$first": {"$map": {"input": mine, "as": "decision", "in": "$$decision.verdict"}}}
    undecided = {"$cond": [{"$eq": [f"{review}.state", FULLY]}, UNCLEAR, WAITING]}
    found = {
        "$let": {
            "vars": {"verdict": verdict},
            "in": {"$cond": [{"$in": ["$$verdict", list(VERDICTS)]}, "$$verdict", undecided]},
        }
    }
    return {"$cond": [{"$gt": [f"{review}.details.decisions", []]}, found, undecided]}


def _named(group: dict[str, str]) -> tuple[str, str, str]:
    return group.get("label") or "", group.get("severity") or "", group["said"]


@lru_cache(maxsize=8)
def _figures(key: _Key) -> Figures:
    run, review = key.run, TruthFields(key.name).review
    region = {"label": "$region.label", "severity": "$region.severity", "said": said_of("$region", "$review")}
    photo = {
        "level": "$level",
        "step": {"$cond": [{"$isNumber": "$score"}, {"$floor": {"$divide": ["$score", SCORE_STEP]}}, None]},
        "state": "$state",
        "conflict": {"$gt": ["$conflicts", 0]},
        "reviewed": {"$ifNull": ["$review.state", ""]},
        "looked": {"$isArray": "$region"},
    }
    [found] = flat(key.samples)._aggregate(
        pipeline=[
            {
                "$project": {
                    "_id": 0,
                    "region": f"${run}_regions.detections",
                    "level": f"${run}_level.label",
                    "score": f"${run}_score",
                    "state": f"${run}_status.state",
                    "conflicts": f"${run}_status.conflicts",
                    "review": {"state": f"${review}.state", "details": {"decisions": f"${review}.details.decisions"}},
                }
            },
            {
                "$facet": {
                    "regions": [{"$unwind": "$region"}, {"$group": {"_id": region, "count": {"$sum": 1}}}],
                    "photos": [{"$group": {"_id": photo, "count": {"$sum": 1}}}],
                }
            },
        ]
    )
    counts: dict[str, Counter[Any]] = {name: Counter() for name in photo}
    for row in found["photos"]:
        for name in photo:
            counts[name][row["_id"].get(name)] += row["count"]
    return Figures(
        photos=counts["looked"][True],
        samples=counts["looked"].total(),
        conflicts=counts["conflict"][True],
        regions=Counter({_named(row["_id"]): row["count"] for row in found["regions"]}),
        levels=_without_none(counts["level"]),
        scores=Counter({step * SCORE_STEP: count for step, count in _without_none(counts["step"]).items()}),
        states=_without_none(counts["state"]),
        reviewed=counts["reviewed"],
    )


def _without_none(counts: Counter[Any]) -> Counter[Any]:
    return Counter({name: count for name, count in counts.items() if name is not None})
