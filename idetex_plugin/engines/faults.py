"""What went wrong with a request: its own failure, the service's, or not yet clear which of the two."""

from __future__ import annotations

import json
import re
from enum import StrEnum

from idetex_plugin.engines.base import EngineDeadError
from idetex_plugin.engines.prompts import too_long
from idetex_plugin.engines.retries import retry_after
from idetex_plugin.words.failure import Failure, Reason

QUOTA = re.compile(r"insufficient[_ ]quota|exceeded your current quota|billing|out of credit", re.IGNORECASE)
NOT_THERE = frozenset({404, 405, 501})
NOT_ALLOWED = frozenset({401, 403, 407})


class Trouble(StrEnum):
    """What is wrong with a service."""

    DOWN = "down"
    BUSY = "busy"
    BROKEN = "broken"
    NOT_ALLOWED = "not allowed"
    QUOTA = "out of quota"
    OTHER_MODEL = "another model"
    REDIRECT = "redirect"

    @property
    def heals(self) -> bool:
        """Whether waiting is likely to help."""
        return self in {Trouble.DOWN, Trouble.BUSY, Trouble.BROKEN}


class ServiceError(EngineDeadError):
    """The service cannot be used, and waiting has not helped. What was in flight is not written."""

    def __init__(self, trouble: Trouble, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


class UnansweredError(Exception):
    """A request without a usable answer that is its own fault. `status` is the HTTP status, if there was one."""

    def __init__(self, failure: Failure, status: int | None = None) -> None:
        super().__init__(failure.message)
        self.failure, self.status = failure, status


class UnclearError(UnansweredError):
    """A request without a usable answer, which may be its own fault or the service's."""


class TroubleError(UnansweredError):
    """The service's fault: no request would be answered. asked: seconds that it wants to be left alone."""

    def __init__(
        self, trouble: Trouble, message: str, status: int | None = None, asked: float | None = None
    ) -> None:
        super().__init__(Failure(reason=Reason.REFUSED, message=message), status)
        self.trouble, self.asked = trouble, asked


class AwayError(Exception):
    """This server rests, and others of the same model are there to ask. trouble: why it rests."""

    def __init__(self, trouble: TroubleError) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


def read_refusal(status: int, text: str, wish: str | None = None, target: str = "") -> UnansweredError:
    """The error that an answer other than 200 means. wish: its Retry-After. target: where a redirect leads."""
    words = error_message(text)
    message = f"the server answered {status}: {words}"
    if too_long(words):
        return UnansweredError(Failure(reason=Reason.PROMPT_TOO_LONG, message=message), status)
    trouble = _trouble(status, text)
    if trouble is Trouble.NOT_ALLOWED:
        message += "; the key is read from IDETEX_API_KEY"
    if trouble is Trouble.REDIRECT:
        message = f"the server answered {status} and points to {target or 'another address'}, which is not followed"
    if trouble is not None:
        return TroubleError(trouble, message, status, retry_after(wish))
    if status in {408, 504}:
        return UnclearError(Failure(reason=Reason.TIMEOUT, message=message), status)
    if 400 <= status < 500:
        return UnansweredError(Failure(reason=Reason.REJECTED, message=message), status)
    return UnclearError(Failure(reason=Reason.ENGINE_ERROR, message=message), status)


def _trouble(status: int, text: str) -> Trouble | None:
    if 300 <= status < 400:
        return Trouble.REDIRECT
    if status in NOT_ALLOWED:
        return Trouble.NOT_ALLOWED
    if status == 402 or (status == 429 and QUOTA.search(text)):
        return Trouble.QUOTA
    if status in NOT_THERE:
        return Trouble.OTHER_MODEL
    return Trouble.BUSY if status in {429, 503} else None


def error_message(text: str) -> str:
    """The human part of an error answer, at most 500 characters."""
    try:
        value = json.loads(text)
        value = value.get("error", value)
        text = str(value.get("message", value) if isinstance(value, dict) else value)
    except (ValueError, AttributeError, RecursionError):
        pass
    return " ".join(text.split())[:500] or "no explanation"
