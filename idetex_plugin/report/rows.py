"""One assessment as the page's script reads it: small, rounded, repeated texts said once."""

from __future__ import annotations

from typing import Any

from idetex_plugin.photo.measures import MEASURES
from idetex_plugin.report.palette import Palette
from idetex_plugin.report.pictures import ShownPhoto
from idetex_plugin.words.assessment import Answer, Assessment, Description, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.failure import TaskStatus
from idetex_plugin.words.vocabulary import Level, Severity, Vocabulary

LEAST_SHOWN = 0.05
"""The probability from which a type is among those that may be there."""


class Rows:
    """Turns assessments into JSON-ready rows and gathers what they share, which `shared()` tells at the end.

    Memory grows with the number of different questions, distortions and models, not with that of photos.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._palette = Palette(vocabulary)
        self._questions: dict[tuple[str, str, tuple[str, ...]], int] = {}
        self._models: dict[tuple[str, str, str], int] = {}
        self._measures: dict[str, int] = {each.name: number for number, each in enumerate(MEASURES)}

    def row(self, assessment: Assessment, picture: ShownPhoto) -> dict[str, Any]:
        """The row of one photo; distortions, questions and models are numbers into `shared()`."""
        info, quality = assessment.photo, assessment.quality
        model = (assessment.model, assessment.fingerprint, assessment.engine)
        return {
            "name": info.name,
            "sha": info.sha256,
            "size": [picture.width, picture.height],
            "format": info.format,
            "kind": info.kind,
            "notes": list(info.notes),
            "picture": {"thumbnail": picture.thumbnail, "original": picture.original, "missing": picture.missing},
            "model": self._models.setdefault(model, len(self._models)),
            "state": assessment.state,
            "failure": [assessment.failure.reason, assessment.failure.message] if assessment.failure else None,
            "tasks": {name: _status(status) for name, status in sorted(assessment.tasks.items())},
            "regions": [self._region(region) for region in assessment.regions],
            "presence": self._presence(assessment),
            "answers": [self._answer(answer) for answer in assessment.answers],
            "description": self._description(assessment.description),
            "level": quality.level if quality else None,
            "score": round(quality.score, 4) if quality and quality.score is not None else None,
            "levels": [round(quality.probabilities.get(level, 0), 4) for level in Level]
            if quality and quality.probabilities
            else None,
            "measures": self._measured(assessment),
            "reasoning": [list(each) for each in assessment.thoughts],
        }

    def shared(self) -> dict[str, Any]:
        """What the rows refer to by number, and the fixed orders of severities and levels."""
        return {
            "distortions": self._palette.marks,
            "severities": list(Severity),
            "levels": list(Level),
            "questions": [
                {"name": name, "question": question, "options": list(options)}
                for name, question, options in self._questions
            ],
            "models": [
                {"model": model, "fingerprint": fingerprint, "engine": engine}
                for model, fingerprint, engine in self._models
            ],
            "measures": [_about(name) for name in self._measures],
        }

    def _measured(self, assessment: Assessment) -> list[float | None]:
        """Values in the order of `shared()`'s measures, to four digits; empty without any."""
        if not assessment.measures:
            return []
        for name in assessment.measures:
            self._measures.setdefault(name, len(self._measures))
        values = map(assessment.measures.get, self._measures)
        return [None if value is None else float(f"{value:.4g}") for value in values]

    def _presence(self, assessment: Assessment) -> list[list[float]]:
        """Types that may be there, as number and probability, the likeliest first."""
        likeliest = sorted(assessment.presence.items(), key=lambda each: -each[1])
        return [[self._palette.number(name), round(share, 4)] for name, share in likeliest if share >= LEAST_SHOWN]

    def _region(self, region: Region) -> dict[str, Any]:
        return {
            "type": self._palette.number(region.distortion),
            "severity": region.severity,
            "box": _box(region.box),
            "place": region.box.position,
            "confidence": None if region.confidence is None else round(region.confidence, 4),
            "effect": region.effect,
        }

    def _answer(self, answer: Answer) -> list[Any]:
        question = (answer.name, answer.question, answer.options)
        number = self._questions.setdefault(question, len(self._questions))
        shares = [round(answer.probabilities.get(option, 0), 4) for option in answer.options]
        return [number, answer.options.index(answer.choice), shares if answer.probabilities else []]

    def _description(self, description: Description | None) -> dict[str, Any] | None:
        if description is None:
            return None
        return {
            "text": description.text,
            "content": description.content,
            "findings": [
                {
                    "type": self._palette.number(finding.distortion),
                    "severity": finding.severity,
                    "boxes": [_box(box) for box in finding.boxes],
                    "effect": finding.effect,
                }
                for finding in description.findings
            ],
            "key": [self._palette.number(name) for name in description.key_distortions],
            "verdict": description.verdict,
        }


def _about(name: str) -> dict[str, str]:
    known = next((each for each in MEASURES if each.name == name), None)
    if known is None:
        return {"name": name, "title": name.replace("_", " ").capitalize(), "unit": "", "meaning": ""}
    return {"name": name, "title": known.title, "unit": known.unit, "meaning": known.meaning}


def _status(status: TaskStatus) -> list[str | None]:
    return [status.state, status.reason, status.message]


def _box(box: Box) -> list[float]:
    return [round(edge, 4) for edge in (box.x1, box.y1, box.x2, box.y2)]
