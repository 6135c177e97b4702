"""What a service takes on, and what it refuses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """queue: requests under way, received, waiting or judged; beyond it callers get 503. So memory stays below
    `queue` bodies of `max_body` bytes. body_s: seconds in which a body has to come. answer_s: seconds until an answer.
    retry_s, retry_most_s: the least and the most that callers are asked to wait where the queue is full.

    root: the folder below which paths may be named; None for none. token: what callers have to bear, or "".
    """

    queue: int = 32
    max_body: int = 64 << 20
    body_s: float = 30.0
    answer_s: float = 120.0
    retry_s: int = 1
    retry_most_s: int = 60
    root: Path | None = None
    token: str = ""


class Refused(Exception):
    """A request that is not taken on: an HTTP status and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
