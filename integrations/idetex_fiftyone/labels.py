"""From an assessment to the values of a run's fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any

import fiftyone as fo
from bson import ObjectId

from idetex_fiftyone.fields import Fields
from idetex_plugin.words.assessment import Assessment, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.verdict import Remedy

SAME_PLACE = 0.8
"""Two regions of one type that overlap so far (intersection over union) are the same to a reviewer."""
Remedies = Callable[[Region], Iterable[Remedy]]


def values(
    fields: Fields, sample: str, assessment: Assessment, remedies: Remedies, reviewed: Iterable[Any]
) -> dict[str, Any]:
    """The value of each field, the status last. reviewed: the sample's earlier regions, whose tags and names go on."""
    status, quality, told = assessment.tasks, assessment.quality, assessment.description
    failed = assessment.failure or next((each for each in status.values() if each.reason is not None), None)
    found = [
        _detection(fields.run, sample, number, region, assessment, remedies)
        for number, region in enumerate(assessment.regions)
    ]
    _carry(reviewed, found)
    answers = {answer.name: answer for answer in assessment.answers}
    return {
        fields.regions: fo.Detections(detections=found) if _done(assessment, "grounding") else None,
        fields.level: None if quality is None else _classification(quality.level, quality.probabilities),
        fields.score: None if quality is None else quality.score,
        fields.presence: _presence(assessment),
        fields.description: None if told is None else told.text,
        **{
            path: _classification(answers[name].choice, answers[name].probabilities) if name in answers else None
            for name, path in fields.answers.items()
        },
        fields.status: fo.DynamicEmbeddedDocument(
            state=str(assessment.state),
            reason=failed and str(failed.reason),
            message=failed and failed.message,
            sha256=assessment.photo.sha256,
            fingerprint=assessment.fingerprint,
        ),
    }


def former(region: Any) -> str | None:
    """What a relabelled region was found as."""
    return getattr(region, "relabelled_from", None)


def _done(assessment: Assessment, task: str) -> bool:
    return task in assessment.tasks and assessment.tasks[task].state == "ok"


def _detection(
    run: str, sample: str, number: int, region: Region, assessment: Assessment, remedies: Remedies
) -> fo.Detection:
    key = assessment.description.key_distortions if assessment.description else ()
    name = f"{sample} {run} {number} {region.distortion} {region.box.to_thousand()}"
    return fo.Detection(
        id=ObjectId(sha256(name.encode()).hexdigest()[:24]),
        label=region.distortion,
        bounding_box=list(region.box.to_xywh()),
        confidence=region.confidence,
        severity=region.severity and str(region.severity),
        position=region.box.position,
        effect=region.effect,
        key=region.distortion in key,
        remedy=" ".join(remedy.advice for remedy in remedies(region)),
        area=region.box.area,
    )


def _classification(label: str, probabilities: Mapping[Any, float]) -> fo.Classification:
    shares = {str(option): share for option, share in probabilities.items()}
    return fo.Classification(label=str(label), confidence=shares.get(str(label)), probabilities=shares or None)


def _presence(assessment: Assessment) -> fo.Classifications | None:
    """One label a type, its probability the confidence, so that a slider in the App filters by it."""
    shares = assessment.presence
    labels = [fo.Classification(label=name, confidence=share) for name, share in shares.items()]
    return fo.Classifications(classifications=labels) if labels else None


def _carry(reviewed: Iterable[Any], found: list[fo.Detection]) -> None:
    for old in reviewed:
        name = former(old) or old.label
        for new in found:
            if new.label == name and not new.tags and overlap(old, new) >= SAME_PLACE:
                new.tags, new.label, new.relabelled_from = list(old.tags), old.label, former(old)
                break


def overlap(one: fo.Detection, other: fo.Detection) -> float:
    """Intersection over union of two labels; 0 where one has no valid box."""
    try:
        return Box.from_xywh(tuple(one.bounding_box)).iou(Box.from_xywh(tuple(other.bounding_box)))
    except ValueError:
        return 0.0
