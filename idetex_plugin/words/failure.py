"""Why there is no result: a closed list of reasons, and the status of a task."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from idetex_plugin.words.record import Record


class Reason(StrEnum):
    """The closed list of reasons for which a photo or a task can fail."""

    # the photo
    NOT_FOUND = "not_found"
    """There is no such file."""
    NOT_PERMITTED = "not_permitted"
    """The file may not be read."""
    NOT_AN_IMAGE = "not_an_image"
    """The bytes are no image."""
    UNSUPPORTED_FORMAT = "unsupported_format"
    """An image of a kind that is not read."""
    TRUNCATED = "truncated"
    """The file ends before the image does."""
    CORRUPT = "corrupt"
    """The image's data contradict themselves."""
    DAMAGED = "damaged"
    """The image decodes, but the decoder had to make up a part of it."""
    TOO_LARGE = "too_large"
    """More pixels than are allowed."""
    TOO_SMALL = "too_small"
    """Too few pixels to judge."""
    EMPTY_FILE = "empty_file"
    """The file has no bytes."""
    REMOTE = "remote"
    """An address instead of a file; nothing is fetched."""
    # the reply
    UNPARSEABLE = "unparseable"
    """The model's reply breaks its own format."""
    CUT_OFF = "cut_off"
    """The reply reached its token limit and is not read."""
    EMPTY_REPLY = "empty_reply"
    """The model said nothing."""
    # the engine
    ENGINE_ERROR = "engine_error"
    """The engine failed on this request."""
    TIMEOUT = "timeout"
    """The server did not answer in time."""
    REFUSED = "refused"
    """The server could not be reached, or refused."""
    REJECTED = "rejected"
    """The server refuses this very request, whatever its state."""
    PROMPT_TOO_LONG = "prompt_too_long"
    """The prompt is longer than the checkpoint's context."""
    # the caller
    UNSUPPORTED_TASK = "unsupported_task"
    """The checkpoint does not do this task."""
    VETOED = "vetoed"
    """A plugin refused the photo."""
    # this program or a plugin
    INTERNAL = "internal_error"
    """A fault of this program or of a plugin."""

    @property
    def transient(self) -> bool:
        """Whether the same photo, unchanged, may well succeed another time; others are final."""
        return self in TRANSIENT


TRANSIENT = frozenset(
    {Reason.NOT_FOUND, Reason.NOT_PERMITTED, Reason.ENGINE_ERROR, Reason.TIMEOUT, Reason.REFUSED}
)


class State(StrEnum):
    """A task's end: ok, failed, skipped (not asked for, or not possible for a stated reason), or partial (there is a
    result, and for a stated reason it is not whole)."""

    OK = "ok"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"


class Failure(Record):
    """Why there is no result. `message` is for people: it names the thing and what is wrong with it."""

    reason: Reason
    message: str


class TaskStatus(Record):
    """One task's status. A failed or partial task has a reason; an ok one has none."""

    state: State
    reason: Reason | None = None
    message: str = ""

    @model_validator(mode="after")
    def _failed_has_reason(self) -> Self:
        if self.fell_short != (self.reason is not None) and self.state is not State.SKIPPED:
            raise ValueError(f"a task that is {self.state} with reason {self.reason}")
        return self

    @property
    def fell_short(self) -> bool:
        """Whether there is no result, or one that is not whole."""
        return self.state in {State.FAILED, State.PARTIAL}

    @classmethod
    def of(cls, failure: Failure, state: State = State.FAILED) -> Self:
        """The status of a task that ended in this failure."""
        return cls(state=state, reason=failure.reason, message=failure.message)


OK = TaskStatus(state=State.OK)
SKIPPED = TaskStatus(state=State.SKIPPED)
