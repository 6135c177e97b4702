"""What the gate says."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from idetex_plugin.words.assessment import PhotoInfo, Region
from idetex_plugin.words.record import Record

MODEL = "model"
UNREADABLE = "unreadable"


class Outcome(StrEnum):
    """pass: it may ship. review: a person should look, or nobody could tell. reject: it must not ship."""

    PASS = "pass"
    REVIEW = "review"
    REJECT = "reject"

    @property
    def rank(self) -> int:
        """0 (pass) to 2 (reject)."""
        return list(Outcome).index(self)


class Remedy(Record):
    """What to do about a kind of damage, or "" for the whole photo. action: a short name for programs.

    codec: only after this one, or "".
    """

    distortion: str
    action: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    advice: str
    codec: str = ""


class Verdict(Record):
    """One photo's verdict. It is never `pass` for a photo that could not be read or assessed.

    reasons: for people; empty only for a pass. regions: those that count, worst first. decided_by: "model", the name of
    the metric that made the model unnecessary, "plugin NAME", or "unreadable" where there was nothing to judge.
    similarity: the metric's value, None where it was not computed. photo: what was judged, where it could be read.
    """

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    decided_by: str
    similarity: float | None = None
    photo: PhotoInfo | None = None

    @classmethod
    def undecided(cls, reason: str, decided_by: str = UNREADABLE) -> Verdict:
        """A review because there was nothing to judge."""
        return cls(outcome=Outcome.REVIEW, reasons=(reason,), decided_by=decided_by)
