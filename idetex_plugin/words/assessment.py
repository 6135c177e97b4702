"""What comes out: one frozen `Assessment` a photo, with one status a task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from idetex_plugin.words.box import Box
from idetex_plugin.words.failure import Failure, State, TaskStatus
from idetex_plugin.words.record import Record
from idetex_plugin.words.vocabulary import Level, Severity


class Region(Record):
    """One damaged place. `confidence` comes from token log-probabilities, or is None."""

    distortion: str
    severity: Severity | None
    box: Box
    confidence: float | None = Field(default=None, ge=0, le=1)
    effect: str = ""


class PartialRegions(Failure):
    """Why a list of regions is not whole, with those that were complete before it broke off."""

    regions: tuple[Region, ...]


class Answer(Record):
    """One answered question. `probabilities` holds every option's, summing to 1, or is empty if unknown."""

    name: str
    question: str
    options: tuple[str, ...]
    choice: str
    probabilities: Mapping[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _choice_is_an_option(self) -> Self:
        if self.choice not in self.options:
            raise ValueError(f"{self.choice!r} is not one of {self.options}")
        return self


class Finding(Record):
    """One distortion as a description speaks of it: its boxes and what it does to the photo."""

    distortion: str
    severity: Severity | None
    boxes: tuple[Box, ...]
    effect: str = ""


class Description(Record):
    """The four-step account: content, findings with boxes, key distortions, verdict. `text` is all of it in words."""

    text: str
    content: str
    findings: tuple[Finding, ...]
    key_distortions: tuple[str, ...]
    verdict: Level


class Quality(Record):
    """Level and 1-5 score: the mean of the weights 1..5 under the softmax over the five level words.

    Score source: Q-Align / ViDA-UGC. `score` is None when the engine gives no log-probabilities.
    """

    level: Level
    score: float | None = Field(default=None, ge=1, le=5)
    probabilities: Mapping[Level, float] = Field(default_factory=dict)

    @classmethod
    def of(cls, probabilities: Mapping[Level, float], level: Level) -> Self:
        """With the score that these probabilities give; without any, no score."""
        total = sum(probabilities.values())
        score = sum(word.score * share for word, share in probabilities.items()) / total if total else None
        return cls(level=level, score=score, probabilities=probabilities)


class PhotoInfo(Record):
    """Which pixels were judged. Width and height in pixels after EXIF orientation; `notes` on conversions.

    file_bytes: of the encoded file; None where the pixels came without one.
    """

    name: str
    sha256: str | None = None
    width: int | None = None
    height: int | None = None
    format: str | None = None
    kind: Literal["photo", "graphic"] | None = None
    notes: tuple[str, ...] = ()
    file_bytes: int | None = None


class Assessment(Record):
    """Everything said of one photo by one model. Keys of `tasks` are "grounding", "perception", "description".

    `presence` has the probability of each type being anywhere in the photo, or is empty where the checkpoint does not
    score types. `failure` is set when the photo itself could not be judged; then every task has failed with its reason.
    measures: plain measures of the pixels that were judged, by the names of `photo.measures.MEASURES`; empty where they
    could not be read.
    `reasoning` is what the model thought before it answered, by task, for people to read.
    """

    photo: PhotoInfo
    model: str
    fingerprint: str
    engine: str
    tasks: Mapping[str, TaskStatus]
    regions: tuple[Region, ...] = ()
    presence: Mapping[str, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    description: Description | None = None
    quality: Quality | None = None
    failure: Failure | None = None
    measures: Mapping[str, float] = Field(default_factory=dict)
    reasoning: Mapping[str, str] = Field(default_factory=dict)

    @property
    def thoughts(self) -> tuple[tuple[str, str], ...]:
        """What the model thought, each thought once, after the names of the tasks that it was for."""
        tasks: dict[str, list[str]] = {}
        for task, text in self.reasoning.items():
            tasks.setdefault(text, []).append(task)
        return tuple((", ".join(names), text) for text, names in tasks.items())

    @property
    def state(self) -> State:
        """Failed if any task failed or is not whole, skipped if all were skipped, else ok."""
        if self.failure is not None or any(status.fell_short for status in self.tasks.values()):
            return State.FAILED
        return State.OK if any(status.state is State.OK for status in self.tasks.values()) else State.SKIPPED

    @property
    def transient(self) -> bool:
        """Whether anything failed for a reason that may pass, so that assessing the unchanged photo again may help."""
        reasons = [status.reason for status in self.tasks.values() if status.fell_short]
        return any(reason.transient for reason in reasons if reason is not None)
