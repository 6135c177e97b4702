"""Which photo comes next for a reviewer, and what is known of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from idetex_fiftyone.fields import Fields
from idetex_fiftyone.truth.fields import TruthFields
from idetex_fiftyone.truth.sheet import FULLY, Doc, Sheet
from idetex_plugin.words.vocabulary import Severity

WORST, UNSURE, CLEAN, CONFLICTS = "worst", "unsure", "clean", "conflicts"
ORDERS = {
    WORST: "Worst first",
    UNSURE: "Least sure first",
    CLEAN: "A sample of clean ones, to find misses",
    CONFLICTS: "Conflicts with the last run",
}
WORST_FIRST = [str(each) for each in reversed(Severity)]


@dataclass(frozen=True)
class Card:
    """One photo: its document, the run's regions in the order in which they are asked about, and what people said."""

    sample: str
    path: str
    regions: list[Doc]
    level: str
    score: float | None
    sheet: Sheet

    @property
    def waiting(self) -> list[str]:
        """The regions that nobody has decided about."""
        return [name for name in map(str, (each["_id"] for each in self.regions)) if not self.sheet.decided(name)]

    def region(self, name: str | None) -> Doc | None:
        """The region of this id, else the first that waits, else the first."""
        wanted = [name or "", *self.waiting]
        by_id = {str(each["_id"]): each for each in self.regions}
        found = next((by_id[each] for each in wanted if each in by_id), None)
        return found or (self.regions[0] if self.regions else None)

    def after(self, name: str, step: int = 1) -> str:
        """The id of the region that comes so many steps later; after the last comes the first."""
        names = [str(each["_id"]) for each in self.regions]
        return names[(names.index(name) + step) % len(names)] if name in names else name

    def next_waiting(self, name: str) -> str:
        """The id of the next region that waits, after this one; this one if none does."""
        names = [str(each["_id"]) for each in self.regions]
        at = names.index(name) if name in names else 0
        return next((each for each in names[at + 1 :] + names[: at + 1] if each in self.waiting), name)


def next_photo(view: Any, run: str, name: str, order: str, skipped: Collection[str]) -> str | None:
    """The id of the photo that comes next, or None. Fully reviewed ones come only as conflicts, skipped ones not."""
    fields, review = Fields(run), TruthFields(name).review
    wanted: Doc = {f"{review}.state": {"$ne": FULLY}, f"{fields.regions}.detections": {"$type": "array"}}
    key: Any = f"${fields.score}"
    if order == CONFLICTS:
        wanted = {f"{fields.status}.conflicts": {"$gt": 0}}
        key = {"$multiply": [-1, f"${fields.status}.conflicts"]}
    elif order == CLEAN:
        wanted = {f"{review}.state": {"$ne": FULLY}, f"{fields.regions}.detections": {"$size": 0}}
        key = "$_rand"
    elif order == UNSURE:
        doubt = {"$abs": {"$subtract": [{"$ifNull": ["$$this.confidence", 0.5]}, 0.5]}}
        key = {"$min": {"$map": {"input": f"${fields.regions}.detections", "in": doubt}}}
        wanted = {**wanted, f"{fields.regions}.detections.0": {"$exists": True}}
    if skipped:
        wanted["_id"] = {"$nin": [ObjectId(each) for each in skipped]}
    rows = view._aggregate(
        pipeline=[
            {"$match": wanted},
            {"$project": {"key": {"$ifNull": [key, 9]}}},
            {"$sort": {"key": 1, "_id": 1}},
            {"$limit": 1},
        ]
    )
    return next((str(row["_id"]) for row in rows), None)


def card(dataset: Any, sample: str, run: str, name: str) -> Card | None:
    """What is known of a photo; None if it is gone, or the run has not looked for regions in it."""
    fields, mine = Fields(run), TruthFields(name)
    names = ["filepath", fields.regions, fields.level, fields.score, mine.truth, mine.review]
    doc = dataset._sample_collection.find_one({"_id": ObjectId(sample)}, dict.fromkeys(names, 1))
    if doc is None or doc.get(fields.regions) is None:
        return None
    regions = sorted(doc[fields.regions].get("detections") or (), key=_worst_first)
    level = (doc.get(fields.level) or {}).get("label") or ""
    sheet = Sheet(doc.get(mine.review), doc.get(mine.truth))
    return Card(sample, doc["filepath"], regions, level, doc.get(fields.score), sheet)


def _worst_first(region: Doc) -> tuple[int, float]:
    severity = region.get("severity")
    rank = WORST_FIRST.index(severity) if severity in WORST_FIRST else len(WORST_FIRST)
    return rank, -(region.get("confidence") or 0.0)
