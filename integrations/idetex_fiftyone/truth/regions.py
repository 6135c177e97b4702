"""From a prediction to a decision about it, and to a region of the truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from idetex_fiftyone.truth.sheet import ACCEPTED, CORRECTED, DECISIONS, DRAWN, REGIONS, REJECTED, Doc, Sheet, Stamp
from idetex_plugin.words.box import Box
from idetex_plugin.words.vocabulary import Severity

OF_THE_MODEL = frozenset({"confidence", "position", "key", "remedy", "area"})
"""What a prediction says of itself, and a person does not."""
CORRECTABLE = "label", "severity", "bounding_box"


def checked(label: str | None, severity: str | None, box: Any) -> dict[str, Any]:
    """What is corrected, by the attribute's name. ValueError for an empty label, an unknown severity or a bad box."""
    found: dict[str, Any] = {}
    if label is not None:
        if not label.strip():
            raise ValueError("a region needs a name")
        found["label"] = label
    if severity is not None:
        found["severity"] = str(Severity(severity))
    if box is not None:
        found["bounding_box"] = list(Box.from_xywh(tuple(box)).to_xywh())
    return found


def accept(sheet: Sheet, prediction: Doc, run: str, stamp: Stamp) -> bool:
    """The prediction is right. Returns whether that is news, as all of these do."""
    return _keep(sheet, prediction, run, stamp, {})


def correct(sheet: Sheet, prediction: Doc, run: str, stamp: Stamp, new: Mapping[str, Any]) -> bool:
    """The prediction is right but for what is corrected, on top of what was corrected earlier."""
    return _keep(sheet, prediction, run, stamp, new)


def reject(sheet: Sheet, prediction: Doc, run: str, stamp: Stamp) -> bool:
    """The prediction is wrong; a region that came from it goes."""
    name = str(prediction["_id"])
    old = sheet.decisions.get(name, {})
    if old.get("verdict") == REJECTED:
        return False
    gone = [(REGIONS, old["truth"], None)] if old.get("truth") else []
    sheet.do(stamp, [(DECISIONS, name, decision(prediction, run, REJECTED, stamp)), *gone])
    return True


def reset(sheet: Sheet, prediction: str, stamp: Stamp) -> None:
    """Nothing was said of the prediction; a region that came from it goes."""
    old = sheet.decisions.get(prediction)
    if old is not None:
        gone = [(REGIONS, old["truth"], None)] if old.get("truth") else []
        sheet.do(stamp, [(DECISIONS, prediction, None), *gone])


def draw(sheet: Sheet, region: Mapping[str, Any], stamp: Stamp) -> str:
    """A region that nothing predicted; returns its id."""
    name = ObjectId()
    new = {**_plain(region), "_id": name, "origin": DRAWN, **stamp.document}
    sheet.do(stamp, [(REGIONS, str(name), new)])
    return str(name)


def changed(region: Doc, prediction: Doc) -> bool:
    """Whether a region of the truth says something else than the prediction it came from."""
    return any(region.get(name) != prediction.get(name) for name in CORRECTABLE)


def bare(name: str, said: Mapping[str, Any]) -> Doc:
    """A prediction of which only name, label, severity and box are known."""
    return {"_id": ObjectId(name), "_cls": "Detection", "tags": [], "attributes": {}, **said}


def _keep(sheet: Sheet, prediction: Doc, run: str, stamp: Stamp, new: Mapping[str, Any]) -> bool:
    name = str(prediction["_id"])
    old = sheet.decisions.get(name, {})
    was = sheet.regions.get(old.get("truth") or "")
    number = was["_id"] if was else ObjectId()
    region = {**(was or _plain(prediction)), **new}
    verdict = CORRECTED if changed(region, prediction) else ACCEPTED
    if was and old.get("verdict") == verdict and not changed(region, was):
        return False
    region |= {"_id": number, "origin": verdict, "prediction": name, "run": run, **stamp.document}
    said = {**decision(prediction, run, verdict, stamp), "truth": str(number)}
    sheet.do(stamp, [(DECISIONS, name, said), (REGIONS, str(number), region)])
    return True


def decision(prediction: Doc, run: str, verdict: str, stamp: Stamp) -> Doc:
    """With the prediction as it was then, so that the decision outlives it."""
    said = {name: prediction.get(name) for name in CORRECTABLE}
    return {"prediction": str(prediction["_id"]), "run": run, "verdict": verdict, **said, **stamp.document}


def _plain(region: Mapping[str, Any]) -> Doc:
    kept = {name: value for name, value in region.items() if name not in OF_THE_MODEL}
    return {"tags": [], "attributes": {}, **kept, "_cls": "Detection"}
