"""What people said in the fields of a run: tags of earlier versions, and edits by hand. It moves to the truth."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from typing import Any

from bson import ObjectId

from idetex_fiftyone.fields import REGION, Fields
from idetex_fiftyone.truth import regions
from idetex_fiftyone.truth.fields import DEFAULT, TruthFields
from idetex_fiftyone.truth.meant import photos
from idetex_fiftyone.truth.sheet import ACCEPTED, DECISIONS, LEVEL, REGIONS, REJECTED, WHOLE, Doc, Sheet, Stamp
from idetex_fiftyone.truth.store import change

FORMER = "relabelled_from"
TAGS = ACCEPTED, REJECTED
NOTED = "noted"
"""What people added to a prediction without deciding about it: tags, attributes."""
STANDARD = frozenset({"_id", "_cls", "label", "bounding_box", "confidence", "tags", "attributes", FORMER, *REGION})
SNAPSHOT = "label", "severity", "bounding_box"


def edited(doc: Doc, run: str) -> bool:
    """Whether people have said something in the run's own fields of a photo's document."""
    return rescue(Sheet(None, None), doc, run, Stamp(NOTED)) is not None


def rescue(sheet: Sheet, doc: Doc, run: str, stamp: Stamp) -> Counter[str] | None:
    """Put what people said in the run's fields of a photo's document onto its sheet. None if they said nothing there.

    Without notes of what the run wrote, as of earlier versions, severities and boxes that were changed by hand count
    where the region was accepted.
    """
    fields = Fields(run)
    present = (doc.get(fields.regions) or {}).get("detections") or ()
    status = doc.get(fields.status) or {}
    notes = status.get("written")
    counts: Counter[str] = Counter()
    wrote = {name: said for name, *said in (notes or {}).get("regions") or ()}
    for region in present:
        counts[_one(sheet, region, run, stamp, _original(region, wrote, notes is not None))] += 1
    here = {str(region["_id"]) for region in present}
    for name, said in wrote.items():
        if name not in here and sheet.decisions.get(name, {}).get("verdict") != REJECTED:
            regions.reject(sheet, {"_id": name, **dict(zip(SNAPSHOT, said, strict=True))}, run, stamp)
            counts["deleted"] += 1
    level = doc.get(fields.level) or {}
    if level.get("label") and _level(level, notes) != level["label"]:
        sheet.do(stamp, [(WHOLE, LEVEL, level["label"])])
        counts["levels"] += 1
    del counts[""]
    return counts or None


def restored(doc: Doc, run: str) -> Doc:
    """The values of the run's fields, by path, as the run wrote them."""
    fields = Fields(run)
    status, present = doc.get(fields.status) or {}, (doc.get(fields.regions) or {}).get("detections")
    notes = status.get("written")
    wrote = {name: said for name, *said in (notes or {}).get("regions") or ()}
    new: Doc = {}
    kept: list[Doc] = []
    if present is not None:
        originals = [_original(each, wrote, notes is not None) for each in present]
        kept = [_without_tags(each) for each in originals if each is not None]
        here = {str(each["_id"]) for each in kept}
        lost = [name for name in wrote if name not in here]
        kept += [regions.bare(name, dict(zip(SNAPSHOT, wrote[name], strict=True))) for name in lost]
        new[f"{fields.regions}.detections"] = kept
    level = doc.get(fields.level) or {}
    if level.get("label") and (was := _level(level, notes)) != level["label"]:
        new[f"{fields.level}.label"] = was
    if status:
        new[f"{fields.status}.written"] = {
            "level": _level(level, notes) if level else None,
            "regions": [[str(each["_id"]), *(each.get(key) for key in SNAPSHOT)] for each in kept],
        }
    return new


def migrate(samples: Any, run: str = "idetex", *, name: str = DEFAULT, by: str | None = None) -> Counter[str]:
    """Move what people said in a run's own fields to the truth, and set the fields back to what the run wrote.

    Takes the tags `accepted` and `rejected` and the names in `relabelled_from` of earlier versions, and edits by hand:
    regions that were drawn, moved, renamed or deleted, severities and levels. Returns how many of which. Done again, it
    finds nothing.
    """
    dataset = samples._root_dataset
    fields, mine = TruthFields(name), Fields(run)
    also = [each for each in (mine.regions, mine.level, mine.status) if dataset.has_sample_field(each)]
    total: Counter[str] = Counter()
    stamp = Stamp.of("taken over from the run's fields", by)
    found = [sample for sample, doc in _documents(dataset, photos(samples), also) if edited(doc, run)]
    if not found:
        return total
    fields.declare(dataset)

    def edit(sheet: Sheet, doc: Doc, _: None) -> Counter[str]:
        return rescue(sheet, doc, run, stamp) or Counter()

    total += change(dataset, fields, dict.fromkeys(found), edit, also=also)
    for _, doc in _documents(dataset, found, also):
        dataset._sample_collection.update_one({"_id": doc["_id"]}, {"$set": restored(doc, run)})
    dataset.reload()
    return total


def _documents(dataset: Any, ids: list[str], names: list[str]) -> Any:
    wanted = {"_id": {"$in": [ObjectId(each) for each in ids]}}
    for doc in dataset._sample_collection.find(wanted, dict.fromkeys(names, 1)):
        yield str(doc["_id"]), doc


def _one(sheet: Sheet, region: Doc, run: str, stamp: Stamp, original: Doc | None) -> str:
    """Take over what was said of one region; returns what it was, or "" for nothing."""
    tags = set(region.get("tags") or ())
    if original is None:
        if REJECTED not in tags:
            regions.draw(sheet, _without_tags(region), stamp)
        return "drawn"
    name = str(region["_id"])
    original, clean = _without_tags(original), _without_tags(region)
    if regions.changed(region, original):
        regions.correct(sheet, original, run, stamp, {key: region.get(key) for key in SNAPSHOT})
        return "corrected"
    if sheet.decided(name):
        return _later(sheet, name, clean, stamp)
    if tags & set(TAGS):
        (regions.reject if REJECTED in tags else regions.accept)(sheet, clean, run, stamp)
        return REJECTED if REJECTED in tags else ACCEPTED
    if (more := custom(clean)) and sheet.decisions.get(name, {}).get("more") != more:
        sheet.do(stamp, [(DECISIONS, name, {**regions.decision(original, run, NOTED, stamp), "more": more})])
        return NOTED
    return ""


def _later(sheet: Sheet, name: str, region: Doc, stamp: Stamp) -> str:
    """What was added to a prediction after it had been decided goes to the region of the truth, if there is one."""
    truth = sheet.regions.get(sheet.decisions[name].get("truth") or "")
    new = {key: value for key, value in custom(region).items() if truth is not None and not truth.get(key)}
    if truth is None or not new:
        return ""
    sheet.do(stamp, [(REGIONS, str(truth["_id"]), {**truth, **new})])
    return NOTED


def custom(region: Doc) -> Doc:
    """What people added to a prediction: attributes that no run and no evaluation of FiftyOne's writes, and tags."""
    evaluations = {key for key in region if f"{key}_iou" in region}
    others = STANDARD | {f"{key}{end}" for key in evaluations for end in ("", "_id", "_iou")}
    found = {key: value for key, value in region.items() if key not in others and value is not None}
    for key in ("tags", "attributes"):
        if region.get(key):
            found[key] = region[key]
    return found


def _original(region: Doc, wrote: dict[str, Any], noted: bool) -> Doc | None:
    """The region as the run wrote it, or None if it did not."""
    name = str(region["_id"])
    if noted:
        return {**region, **dict(zip(SNAPSHOT, wrote[name], strict=True))} if name in wrote else None
    if region.get("position") is None and region.get("area") is None:
        return None
    return {**region, "label": region.get(FORMER) or region.get("label")}


def _level(level: Doc, notes: Doc | None) -> Any:
    """The level as the run wrote it; without notes, the most probable one."""
    if notes is not None:
        return notes.get("level")
    shares = level.get("probabilities") or {}
    return max(shares, key=lambda word: shares[word]) if shares else level.get("label")


def _without_tags(region: Doc) -> Doc:
    new = deepcopy(region)
    new["tags"] = [tag for tag in region.get("tags") or () if tag not in TAGS]
    new.pop(FORMER, None)
    return new
