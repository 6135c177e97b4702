"""What the gate says."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from idetex_plugin.words.assessment import PhotoInfo, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.record import Record

MODEL = "model"
DIAGNOSIS = "diagnosis"
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


class Kind(StrEnum):
    """What can have happened to a copy, apart from how well it was coded."""

    # the same
    IDENTICAL = "identical"
    # the frame
    TURNED = "turned"
    MIRRORED = "mirrored"
    CROPPED = "cropped"
    SQUASHED = "squashed"
    PADDED = "padded"
    RESIZED = "resized"
    ENLARGED = "enlarged"
    SHIFTED = "shifted"
    ANOTHER = "another-picture"
    # tones and colours
    BLANK = "blank"
    INVERTED = "inverted"
    SWAPPED = "channels-swapped"
    TONE = "tone"
    COLOURLESS = "colours-lost"
    PROFILE = "colour-profile"
    GAMMA = "gamma-tag"
    GAIN_MAP = "gain-map"
    DEPTH = "bit-depth"
    # layers and frames
    TRANSPARENCY = "transparency"
    FRAMES = "frames"
    # damage
    TRUNCATED = "truncated"
    EDGE = "edge"
    DETAIL = "detail-lost"
    # the file
    BYTES = "bytes"


class Difference(Record):
    """One thing that happened between an original and its copy, as `gate.diagnose` finds it.

    outcome: what the policy makes of it; a pass is a note. words: for people, and the reason where it is no pass.
    settles: whether it explains what a comparison of pixels would see, so that nothing further is asked.
    box: for `CROPPED` the part of the original that the copy shows, else the place in the copy; None for all of it.
    remedy: what to do about it.
    """

    kind: Kind
    outcome: Outcome
    words: str
    settles: bool = False
    box: Box | None = None
    remedy: Remedy | None = None

    @property
    def reason(self) -> str:
        """The words with the outcome before them; what passes is a note."""
        return f"{'note' if self.outcome is Outcome.PASS else self.outcome}: {self.words}"


class Verdict(Record):
    """One photo's verdict. It is never `pass` for a photo that could not be read or assessed.

    reasons: for people; of a pass there are none but notes. regions: those that count, worst first. decided_by:
    "model", the name of the metric that made the model unnecessary, "diagnosis" where a difference decides, "plugin
    NAME", or "unreadable" where there was nothing to judge. similarity: the metric's value, None where it was not
    computed; worst: the part of the copy on which it was measured. photo: what was judged, where it could be read.
    differences: what happened to the copy, worst first.
    """

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    decided_by: str
    similarity: float | None = None
    worst: Box | None = None
    photo: PhotoInfo | None = None
    differences: tuple[Difference, ...] = ()

    @classmethod
    def undecided(cls, reason: str, decided_by: str = UNREADABLE) -> Verdict:
        """A review because there was nothing to judge."""
        return cls(outcome=Outcome.REVIEW, reasons=(reason,), decided_by=decided_by)
