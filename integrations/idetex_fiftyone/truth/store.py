"""Reads and writes what people said of photos. A change that somebody else's has overtaken is made again on theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import fiftyone as fo
from bson import ObjectId
from pymongo import UpdateOne

from idetex_fiftyone.truth.fields import TruthFields
from idetex_fiftyone.truth.sheet import Doc, Sheet

CHUNK = 500
TRIES = 100
SKEW = timedelta(minutes=10)
"""By so much the clocks of reviewers' machines may differ."""
Payload = TypeVar("Payload")
Edit = Callable[[Sheet, Doc, Payload], Mapping[str, int] | None]
"""Changes the sheet of a photo, given its document with the fields that were asked for; returns what it counted."""


def change(
    dataset: Any, fields: TruthFields, wanted: Mapping[str, Payload], edit: Edit[Payload], *, also: Sequence[str] = ()
) -> Counter[str]:
    """Edit the sheets of these samples and add up what was counted; "photos" counts those that changed.

    also: fields of the sample that the edit reads. Nothing that others write meanwhile is lost: a photo is written only
    if both fields are as they were read, else it is read and edited again. Raises RuntimeError if that never succeeds.
    """
    total: Counter[str] = Counter()
    collection = dataset._sample_collection
    names = list(wanted)
    for start in range(0, len(names), CHUNK):
        waiting = set(names[start : start + CHUNK])
        for _ in range(TRIES):
            waiting = _pass(collection, fields, {name: wanted[name] for name in waiting}, edit, also, total)
            if not waiting:
                break
        else:
            raise RuntimeError(f"{len(waiting)} photos are being changed by others all the time")
    fo.Sample._reload_docs(dataset._sample_collection_name)
    return total


def sheets(samples: Any, fields: TruthFields, also: Sequence[str] = ()) -> Iterator[tuple[Doc, Sheet]]:
    """The documents of a view's samples, with the fields that are asked for, and what people said of them."""
    names = [name for name in (fields.review, fields.truth) if samples.has_sample_field(name)]
    dataset = samples._dataset
    wanted = list(dict.fromkeys([*names, "filepath", *also]))
    ids = [ObjectId(each) for each in samples.values("id")]
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        found = {
            doc["_id"]: doc
            for doc in dataset._root_dataset._sample_collection.find({"_id": {"$in": part}}, dict.fromkeys(wanted, 1))
        }
        for each in part:
            if each in found:
                yield found[each], Sheet(found[each].get(fields.review), found[each].get(fields.truth))


@dataclass
class _Written:
    """A photo that is about to be written: what was counted, and the actions that its history gains and loses."""

    counts: Mapping[str, int]
    gained: set[str]
    lost: set[str]


def _pass(
    collection: Any,
    fields: TruthFields,
    wanted: Mapping[str, Payload],
    edit: Edit[Payload],
    also: Sequence[str],
    total: Counter[str],
) -> set[str]:
    """One try for each; returns those that others changed meanwhile."""
    operations, written = [], dict[ObjectId, _Written]()
    names = dict.fromkeys([fields.review, fields.truth, *also], 1)
    for doc in collection.find({"_id": {"$in": [ObjectId(name) for name in wanted]}}, names):
        sheet = Sheet(doc.get(fields.review), doc.get(fields.truth))
        before = sheet.actions
        counts = edit(sheet, doc, wanted[str(doc["_id"])]) or {}
        if not sheet.changed:
            total.update(counts)
            continue
        review, truth = sheet.documents()
        same = {name: doc.get(name) for name in (fields.review, fields.truth)}
        new = {fields.review: review, fields.truth: truth, "last_modified_at": datetime.now(UTC)}
        operations.append(UpdateOne({"_id": doc["_id"], **same}, {"$set": new}))
        written[doc["_id"]] = _Written(counts, sheet.actions - before, before - sheet.actions)
    if not operations:
        return set()
    matched = collection.bulk_write(operations, ordered=False).matched_count
    overtaken = set() if matched == len(operations) else set(_overtaken(collection, fields, written, matched))
    for name, each in written.items():
        if name not in overtaken:
            total["photos"] += 1
            total.update(each.counts)
    return {str(name) for name in overtaken}


def _overtaken(
    collection: Any, fields: TruthFields, written: Mapping[ObjectId, _Written], matched: int
) -> Iterator[ObjectId]:
    """Which photos were not written: their history is without the action."""
    if not matched:
        yield from written
        return
    names = {fields.review: 1, fields.truth: 1}
    for doc in collection.find({"_id": {"$in": list(written)}}, names):
        actions, each = Sheet(doc.get(fields.review), doc.get(fields.truth)).actions, written[doc["_id"]]
        if not each.gained <= actions or each.lost & actions:
            yield doc["_id"]


def found_by_action(dataset: Any, fields: TruthFields, action: str) -> list[str]:
    """The samples that an action changed."""
    wanted: Doc = {f"{fields.review}.details.history.action": action}
    if ObjectId.is_valid(action):
        wanted["last_modified_at"] = {"$gte": ObjectId(action).generation_time - SKEW}  # has an index
    return [str(row["_id"]) for row in dataset._sample_collection.find(wanted, {"_id": 1})]


def latest_action(dataset: Any, fields: TruthFields, by: str) -> str | None:
    """The last action of a reviewer that has not been undone.

    Looks at the photos changed last, and no further than it must: who changed one later cannot have been earlier.
    """
    path = f"{fields.review}.details.history"
    names = ("last_modified_at", *(f"{path}.{name}" for name in ("by", "at", "action")))
    latest: tuple[datetime, str] | None = None
    rows = dataset._sample_collection.find({f"{path}.by": by}, dict.fromkeys(names, 1))
    for row in rows.sort("last_modified_at", -1):
        changed = row.get("last_modified_at")
        if latest and changed and changed < latest[0] - SKEW:
            break
        entries = row[fields.review]["details"]["history"]
        mine = [(each["at"], each["action"]) for each in entries if each["by"] == by]
        latest = max([*mine, *filter(None, [latest])])
    return latest[1] if latest else None
