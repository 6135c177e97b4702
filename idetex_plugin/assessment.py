"""What comes out: one frozen `Assessment` a photo, with one status a task."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from idetex_plugin.boxes import Box
from idetex_plugin.taxonomy import Level, Severity


class Record(BaseModel):
    """Base of every result: frozen, no unknown fields, exportable as JSON schema."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reason(StrEnum):
    """The closed list of reasons for which a photo or a task can fail."""

    # the photo
    NOT_FOUND = "not_found"
    NOT_PERMITTED = "not_permitted"
    NOT_AN_IMAGE = "not_an_image"
    UNSUPPORTED_FORMAT = "unsupported_format"
    TRUNCATED = "truncated"
    CORRUPT = "corrupt"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    EMPTY_FILE = "empty_file"
    REMOTE = "remote"
    # the reply
    UNPARSEABLE = "unparseable"
    CUT_OFF = "cut_off"
    EMPTY_REPLY = "empty_reply"
    # the engine
    ENGINE_ERROR = "engine_error"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    PROMPT_TOO_LONG = "prompt_too_long"
    # the caller
    UNSUPPORTED_TASK = "unsupported_task"
    VETOED = "vetoed"
    # this program or a plugin
    INTERNAL = "internal_error"


class State(StrEnum):
    """A task's end: ok, failed, or skipped (not asked for, or not possible for a stated reason)."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


class Failure(Record):
    """Why there is no result. `message` is for people: it names the thing and what is wrong with it."""

    reason: Reason
    message: str


class TaskStatus(Record):
    """One task's status. A failed task has a reason; an ok one has none."""

    state: State
    reason: Reason | None = None
    message: str = ""

    @model_validator(mode="after")
    def _failed_has_reason(self) -> Self:
        if (self.state is State.FAILED) != (self.reason is not None) and self.state is not State.SKIPPED:
            raise ValueError(f"a task that is {self.state} with reason {self.reason}")
        return self

    @classmethod
    def of(cls, failure: Failure) -> Self:
        """The status of a task that ended in this failure."""
        return cls(state=State.FAILED, reason=failure.reason, message=failure.message)


OK = TaskStatus(state=State.OK)
SKIPPED = TaskStatus(state=State.SKIPPED)


class Region(Record):
    """One damaged place. `confidence` comes from token log-probabilities, or is None."""

    distortion: str
    severity: Severity | None
    box: Box
    confidence: float | None = Field(default=None, ge=0, le=1)
    effect: str = ""


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
    """The four-step account: content, findings with boxes, key distortions, verdict. `text` is it as written."""

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
    """Which pixels were judged. Width and height in pixels after EXIF orientation; `notes` on conversions."""

    name: str
    sha256: str | None = None
    width: int | None = None
    height: int | None = None
    format: str | None = None
    notes: tuple[str, ...] = ()


class Assessment(Record):
    """Everything said of one photo by one model. Keys of `tasks` are "grounding", "perception", "description".

    `failure` is set when the photo itself could not be judged; then every task has failed with its reason.
    """

    photo: PhotoInfo
    model: str
    fingerprint: str
    engine: str
    tasks: Mapping[str, TaskStatus]
    regions: tuple[Region, ...] = ()
    answers: tuple[Answer, ...] = ()
    description: Description | None = None
    quality: Quality | None = None
    failure: Failure | None = None

    @property
    def state(self) -> State:
        """Failed if any task failed, skipped if all were skipped, else ok."""
        states = {status.state for status in self.tasks.values()}
        if State.FAILED in states or self.failure is not None:
            return State.FAILED
        return State.OK if State.OK in states else State.SKIPPED
