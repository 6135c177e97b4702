"""From an assessment to the values of a run's fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import fiftyone as fo
from bson import ObjectId

from idetex_fiftyone.earlier import Changes, Earlier, note
from idetex_fiftyone.fields import Fields
from idetex_plugin.words.assessment import Assessment, Region
from idetex_plugin.words.failure import State
from idetex_plugin.words.verdict import Remedy

Remedies = Callable[[Region], Iterable[Remedy]]


def values(
    fields: Fields, sample: str, assessment: Assessment, remedies: Remedies, earlier: Earlier | None = None
) -> dict[str, Any]:
    """The value of each field, the status last. earlier: what the sample's document held, whose ids go on where a
    region is found again."""
    status, quality, told = assessment.tasks, assessment.quality, assessment.description
    failed = assessment.failure or next((each for each in status.values() if each.reason is not None), None)
    found = [
        _detection(fields.run, sample, number, region, assessment, remedies)
        for number, region in enumerate(assessment.regions)
    ]
    done = _done(assessment, "grounding")
    changes = earlier.carry(found) if earlier and done else Changes()
    answers = {answer.name: answer for answer in assessment.answers}
    return {
        fields.regions: fo.Detections(detections=found) if done else None,
        fields.level: None if quality is None else _classification(quality.level, quality.probabilities),
        fields.score: None if quality is None else quality.score,
        fields.presence: _presence(assessment),
        fields.summary: summary(assessment),
        fields.measures: fo.DynamicEmbeddedDocument(**assessment.measures) if assessment.measures else None,
        fields.kind: assessment.photo.kind,
        fields.description: None if told is None else told.text,
        fields.reasoning: "\n\n".join(f"{tasks}: {text}" for tasks, text in assessment.thoughts) or None,
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
            written=note(None if quality is None else str(quality.level), found),
            new=changes.new,
            gone=changes.gone,
            conflicts=changes.conflicts,
        ),
    }


def summary(assessment: Assessment) -> str:
    """Level and worst region of a photo in a few words, such as "poor · Noise, Severe"."""
    if assessment.state is State.FAILED and not assessment.regions and assessment.quality is None:
        return str(State.FAILED)
    parts = [str(assessment.quality.level)] if assessment.quality else []
    if assessment.regions:
        worst = max(assessment.regions, key=lambda each: (each.severity.rank if each.severity else 0, each.box.area))
        parts.append(", ".join(filter(None, (worst.distortion, worst.severity and str(worst.severity)))))
    return " · ".join(parts) or "no damage found"


def identity(sample: str, run: str, label: str, box: Sequence[float], number: int = 0) -> ObjectId:
    """The id of a region that was not known: the same each time it is found. box: relative x, y, width, height."""
    place = [round(1000 * each) for each in box]
    return ObjectId(sha256(f"{sample} {run} {number} {label} {place}".encode()).hexdigest()[:24])


def _done(assessment: Assessment, task: str) -> bool:
    return task in assessment.tasks and assessment.tasks[task].state == "ok"


def _detection(
    run: str, sample: str, number: int, region: Region, assessment: Assessment, remedies: Remedies
) -> fo.Detection:
    key = assessment.description.key_distortions if assessment.description else ()
    box = list(region.box.to_xywh())
    return fo.Detection(
        id=identity(sample, run, region.distortion, box, number),
        label=region.distortion,
        bounding_box=box,
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
