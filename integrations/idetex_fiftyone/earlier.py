"""What a photo's document held before a run writes anew: regions found again keep their ids, changes are counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
from bson import ObjectId

from idetex_fiftyone.fields import Fields
from idetex_fiftyone.overlap import SAME_PLACE, SAME_REGION, pairs
from idetex_fiftyone.truth.fields import TruthFields
from idetex_fiftyone.truth.rescue import custom
from idetex_fiftyone.truth.sheet import FULLY, Doc, Sheet


@dataclass
class Changes:
    """Regions that were not there before, that are there no more, and that disagree with people."""

    new: int = 0
    gone: int = 0
    conflicts: int = 0

    @property
    def told(self) -> tuple[tuple[str, int], ...]:
        """The numbers with their names."""
        return ("new", self.new), ("gone", self.gone), ("in conflict with people", self.conflicts)


class Earlier:
    """The predictions that a run had made of a photo, and what people said of them under each truth's name."""

    def __init__(self, doc: Doc, fields: Fields, truths: Iterable[str]) -> None:
        self.assessed = doc.get(fields.status) is not None
        self.regions: list[Doc] = list((doc.get(fields.regions) or {}).get("detections") or ())
        names = [TruthFields(name) for name in truths]
        self.sheets = [Sheet(doc.get(name.review), doc.get(name.truth)) for name in names]
        here = {str(region["_id"]) for region in self.regions}
        self._known = self.regions + [
            _known(each)
            for sheet in self.sheets
            for name, each in sheet.decisions.items()
            if each["run"] == fields.run and name not in here
        ]

    def carry(self, found: list[fo.Detection]) -> Changes:
        """Give regions that were known the ids they had, with what people added to them, and count the changes."""
        matches = dict(pairs(found, self._known, _place, SAME_PLACE))
        taken = {str(self._known[j]["_id"]) for j in matches.values()}
        for i, region in enumerate(found):
            if i in matches:
                _take_over(region, self._known[matches[i]])
            elif str(region.id) in taken:
                region.id = ObjectId()
        before = {str(region["_id"]) for region in self.regions}
        now = {str(region.id) for region in found}
        if not self.assessed:
            return Changes(conflicts=self._conflicts(found))
        return Changes(len(now - before), len(before - now), self._conflicts(found))

    def _conflicts(self, found: list[fo.Detection]) -> int:
        """What people denied and is claimed, and what they hold and was found earlier and is not found now."""
        return max((self._against(sheet, found) for sheet in self.sheets if sheet.state), default=0)

    def _against(self, sheet: Sheet, found: list[fo.Detection]) -> int:
        truth = list(sheet.regions.values())
        matched = pairs(found, truth, _place, SAME_REGION)
        right, held = {i for i, _ in matched}, {j for _, j in matched}
        undecided = [i for i, region in enumerate(found) if i not in right and not sheet.decided(str(region.id))]
        had = {j for _, j in pairs(self._known, truth, _place, SAME_REGION)}
        claimed = len(undecided) if sheet.state == FULLY else 0
        return claimed + len(had - held)


def note(level: str | None, found: Iterable[fo.Detection]) -> Doc:
    """What a run keeps of what it writes, so that later edits by hand can be told from it."""
    regions = [[str(each.id), each.label, each.severity, list(each.bounding_box)] for each in found]
    return {"level": level, "regions": regions}


def _known(decision: Doc) -> Doc:
    """The prediction that was decided about, of a run that is gone."""
    return {**decision.get("more", {}), "_id": ObjectId(decision["prediction"]), **_said(decision)}


def _said(decision: Doc) -> Doc:
    return {name: decision.get(name) for name in ("label", "severity", "bounding_box")}


def _place(region: Any) -> tuple[Any, Any]:
    if isinstance(region, dict):
        return region.get("label"), region.get("bounding_box")
    return region.label, region.bounding_box


def _take_over(region: fo.Detection, old: Doc) -> None:
    region.id = old["_id"]
    for name, value in custom(old).items():
        region[name] = value
