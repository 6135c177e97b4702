"""The ViDA-UGC vocabulary: ten distortions in five groups, three severities, five quality levels.

Source: ViDA-UGC (2025), the data set that iDETEX is validated on. Names are spelt as published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from math import floor

from pydantic import BaseModel, ConfigDict, Field


class Severity(StrEnum):
    """How much a distortion shows. "Not visible" is an absent distortion and so is no severity."""

    MINOR = "Minor"
    MODERATE = "Moderate"
    SEVERE = "Severe"

    @property
    def rank(self) -> int:
        """1 (minor) to 3 (severe)."""
        return list(Severity).index(self) + 1

    @property
    def meaning(self) -> str:
        """The published definition."""
        return SEVERITY_MEANINGS[self]


SEVERITY_MEANINGS = {
    Severity.MINOR: "barely perceptible on close inspection",
    Severity.MODERATE: "clearly noticeable at a glance",
    Severity.SEVERE: "significantly impacts the whole impression",
}
NOT_VISIBLE = "Not visible"


class Level(StrEnum):
    """Quality level of a whole photo, worst first."""

    BAD = "bad"
    POOR = "poor"
    FAIR = "fair"
    GOOD = "good"
    EXCELLENT = "excellent"

    @property
    def score(self) -> int:
        """1 (bad) to 5 (excellent), the weight of the level in a mean opinion score."""
        return list(Level).index(self) + 1

    @classmethod
    def nearest(cls, score: float) -> Level:
        """The level of a score from 1 to 5; halves count up."""
        return tuple(cls)[min(max(floor(score + 0.5), 1), 5) - 1]


class DistortionType(BaseModel):
    """One kind of damage: its published name, its group, other spellings and a colour for drawing."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(min_length=1)
    group: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    colour: str = "#888888"
    meaning: str = ""


DISTORTIONS: tuple[DistortionType, ...] = (
    DistortionType(
        name="Low clarity", group="Clarity", colour="#4363d8",
        meaning="detail is soft or lost without a visible direction or focus plane",
    ),
    DistortionType(
        name="Motion blur", group="Clarity", colour="#42d4f4",
        meaning="detail is smeared along one direction by movement",
    ),
    DistortionType(
        name="Out of focus blur", group="Clarity", colour="#000075",
        aliases=("Out-of-focus blur", "Defocus blur"),
        meaning="the lens was focused elsewhere, so points spread to discs",
    ),
    DistortionType(
        name="Blocking artifacts", group="Compression", colour="#f58231", aliases=("Blocking artifact",),
        meaning="square block borders left by strong block-transform compression",
    ),
    DistortionType(
        name="Edge aliasing effect", group="Compression", colour="#ffe119", aliases=("Edge aliasing",),
        meaning="staircase edges left by resampling without a filter",
    ),
    DistortionType(
        name="Edge ringing effect", group="Compression", colour="#bfef45", aliases=("Edge ringing",),
        meaning="halos or ripples along strong edges",
    ),
    DistortionType(
        name="Overexposure", group="Exposure", colour="#e6194b", aliases=("Over-exposure",),
        meaning="light areas are clipped and their detail is lost",
    ),
    DistortionType(
        name="Underexposure", group="Exposure", colour="#800000", aliases=("Under-exposure",),
        meaning="dark areas are crushed and their detail is lost",
    ),
    DistortionType(
        name="Meaningless solid color", group="Content anomaly", colour="#f032e6",
        aliases=("Meaningless solid colour",),
        meaning="an area of one flat colour that shows nothing of the scene",
    ),
    DistortionType(
        name="Noise", group="Noise", colour="#3cb44b",
        meaning="random grain or specks that are not part of the scene",
    ),
)


def _key(name: str) -> str:
    return " ".join(name.replace("_", " ").replace("-", " ").casefold().split())


MOST_TYPES = 25
"""So many kinds, and "None", are the options that one lettered question can have."""


class Vocabulary:
    """An ordered, extendable set of distortion types, looked up by any spelling.

    Lookup ignores case, underscores, hyphens and repeated blanks, and knows every alias.
    """

    def __init__(self, types: Iterable[DistortionType] = DISTORTIONS) -> None:
        self._types: dict[str, DistortionType] = {}
        self._names: dict[str, str] = {}
        for kind in types:
            self.add(kind)

    def add(self, kind: DistortionType) -> None:
        """Add one type. Raises ValueError if one of its spellings is already taken, or if there are `MOST_TYPES`."""
        if len(self) == MOST_TYPES:
            raise ValueError(f"distortion {kind.name!r}: there are {MOST_TYPES}, and no more can be asked about")
        keys = [_key(name) for name in (kind.name, *kind.aliases)]
        for key in keys:
            if key in self._names:
                raise ValueError(f"distortion {kind.name!r}: {key!r} already means {self._names[key]!r}")
        self._types[kind.name] = kind
        for key in keys:
            self._names[key] = kind.name

    def find(self, name: str) -> DistortionType | None:
        """The type that this spelling means, or None."""
        canonical = self._names.get(_key(name))
        return None if canonical is None else self._types[canonical]

    def __iter__(self) -> Iterator[DistortionType]:
        return iter(self._types.values())

    def __len__(self) -> int:
        return len(self._types)

    @property
    def names(self) -> tuple[str, ...]:
        """Canonical names in order."""
        return tuple(self._types)


VIDA = Vocabulary()
