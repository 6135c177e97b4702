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
        ended_badly = self.state in {State.FAILED, State.PARTIAL}
        if ended_badly != (self.reason is not None) and self.state is not State.SKIPPED:
            raise ValueError(f"a task that is {self.state} with reason {self.reason}")
        return self

    @classmethod
    def of(cls, failure: Failure, state: State = State.FAILED) -> Self:
        """The status of a task that ended in this failure."""
        return cls(state=state, reason=failure.reason, message=failure.message)


OK = TaskStatus(state=State.OK)
SKIPPED = TaskStatus(state=State.SKIPPED)
