"""The fields of a run: their names, types and descriptions, declared before anything is written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import fiftyone as fo

from idetex_fiftyone.declare import Declared, declare
from idetex_plugin.photo.measures import MEASURES

NAME = re.compile(r"[a-z][a-z0-9_]*")
REGIONS = "where the photo is damaged"
PRESENCE = "how probable it is that the photo has each type of damage, where the model scores types"
OWNER = "idetex_run"
"""The key of a field's info that names the run it belongs to."""
REGION = {
    "severity": (fo.StringField, "Minor, Moderate or Severe"),
    "position": (fo.StringField, "where it is, in words"),
    "effect": (fo.StringField, "what it does to the photo"),
    "key": (fo.BooleanField, "whether the description counts it among the key distortions"),
    "remedy": (fo.StringField, "what to do about it"),
    "area": (fo.FloatField, "share of the photo, 0..1"),
}
ANSWER = {"probabilities": (fo.DictField, "of every option, summing to 1")}
MEASURED = {
    each.name: (fo.FloatField, f"{each.title}{f' ({each.unit})' if each.unit else ''}: {each.meaning}")
    for each in MEASURES
}
STATUS = {
    "state": (fo.StringField, "ok, failed or skipped"),
    "reason": (fo.StringField, "why it failed, from a closed list"),
    "message": (fo.StringField, "the same for people"),
    "sha256": (fo.StringField, "of the file's content"),
    "fingerprint": (fo.StringField, "equal for results that may be compared"),
    "size": (fo.IntField, "bytes of the file"),
    "mtime": (fo.FloatField, "when the file was last changed, in seconds since 1970"),
    "written": (fo.DictField, "level and regions as the run wrote them, which shows later edits by hand"),
    "new": (fo.IntField, "regions that the assessment before this one had not found"),
    "gone": (fo.IntField, "regions that the assessment before this one had found"),
    "conflicts": (fo.IntField, "regions that disagree with what people had said of the photo"),
}


class Fields:
    """The names of one run's fields. Raises ValueError for a run or question that cannot be part of a name."""

    def __init__(self, run: str, questions: Iterable[str] = ()) -> None:
        if not NAME.fullmatch(run):
            raise ValueError(f"run {run!r}: small letters, digits and underscores, starting with a letter")
        self.run = run
        self.regions, self.level, self.score = f"{run}_regions", f"{run}_level", f"{run}_score"
        self.description, self.status = f"{run}_description", f"{run}_status"
        self.verdict, self.summary, self.measures = f"{run}_verdict", f"{run}_summary", f"{run}_measures"
        self.answers = {name: f"{run}_{name}" for name in questions}
        kept = {self.regions, self.level, self.score, self.description, self.status, self.verdict}
        self.presence = f"{run}_presence"
        self.kind, self.reasoning = f"{run}_kind", f"{run}_reasoning"
        kept |= {self.presence, self.summary, self.measures, self.kind, self.reasoning, f"{run}_truth", f"{run}_review"}
        taken = kept & set(self.answers.values())
        if taken:
            names = ", ".join(path[len(run) + 1 :] for path in sorted(taken))
            raise ValueError(f"a question must not be called {names}")

    def declared(self) -> Declared:
        """Every field and attribute: its type, the type's parameters and a description."""
        found: Declared = {
            self.regions: (fo.EmbeddedDocumentField, {"embedded_doc_type": fo.Detections}, REGIONS),
            self.level: _label("quality, from bad to excellent"),
            self.score: (fo.FloatField, {}, "quality, 1 (bad) to 5 (excellent)"),
            self.presence: (fo.EmbeddedDocumentField, {"embedded_doc_type": fo.Classifications}, PRESENCE),
            self.measures: (
                fo.EmbeddedDocumentField, {"embedded_doc_type": fo.DynamicEmbeddedDocument}, "plain measures of pixels",
            ),
            self.summary: (fo.StringField, {}, "level and worst distortion, in a few words"),
            self.kind: (fo.StringField, {}, "photo, or graphic: drawn or captured from a screen"),
            self.description: (fo.StringField, {}, "what is seen and what is wrong with it"),
            self.reasoning: (fo.StringField, {}, "what the model thought before it answered, where it thinks"),
            self.status: (
                fo.EmbeddedDocumentField, {"embedded_doc_type": fo.DynamicEmbeddedDocument}, "how the assessment ended",
            ),
            **{path: _label(f"the answer to “{name}”") for name, path in self.answers.items()},
        }  # fmt: skip
        parts = {f"{self.regions}.detections": REGION, self.measures: MEASURED, self.status: STATUS}
        parts |= dict.fromkeys((self.level, *self.answers.values()), ANSWER)
        for path, attributes in parts.items():
            found |= {f"{path}.{name}": (kind, {}, words) for name, (kind, words) in attributes.items()}
        return found

    def declare(self, dataset: Any, info: dict[str, Any]) -> None:
        """Add what is missing and check that it stayed. ValueError when a field of that name is not this run's."""
        declare(dataset, self.declared(), OWNER, self.run, info)


def _label(words: str) -> tuple[Any, dict[str, Any], str]:
    return fo.EmbeddedDocumentField, {"embedded_doc_type": fo.Classification}, words
