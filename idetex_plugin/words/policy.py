"""What may ship, as data: a TOML file or one of the profiles of the package."""

from __future__ import annotations

from typing import Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.record import FaultsError, Record
from idetex_plugin.words.vocabulary import Level, Severity, Vocabulary

IN_ZONE = 0.1
NONE = "none"


class PolicyError(FaultsError):
    """A policy that cannot be used. Names the file, the key and the fault, or the profiles there are."""


def rank(severity: Severity | None) -> int:
    """0 for none, else 1..3."""
    return severity.rank if severity else 0


class Limit(Record):
    """How much of one kind of damage is let through, and how much is left to a person; beyond that it is rejected.

    passes, reviews: a severity or "none". area: regions covering less of the photo than this share never count.
    """

    passes: Severity | None = None
    reviews: Severity | None = Severity.MINOR
    area: float = Field(default=0, ge=0, le=1)

    @field_validator("passes", "reviews", mode="before")
    @classmethod
    def _none_is_a_word(cls, value: object) -> object:
        if isinstance(value, str) and value not in (NONE, *Severity):
            raise ValueError(f"{value!r} is none of {', '.join(map(repr, (NONE, *map(str, Severity))))}")
        return None if value == NONE else value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if rank(self.reviews) < rank(self.passes):
            passes, reviews = self.passes or NONE, self.reviews or NONE
            raise ValueError(f"what passes ({passes}) must not be worse than what is reviewed ({reviews})")
        return self


class Limits(Record):
    """Limits by type of distortion; `default` for the others."""

    default: Limit = Limit()
    types: dict[str, Limit] = Field(default_factory=dict)

    @field_validator("types", mode="before")
    @classmethod
    def _known(cls, types: object, info: ValidationInfo) -> object:
        vocabulary = info.context
        if not isinstance(vocabulary, Vocabulary) or not isinstance(types, dict):
            return types
        return {_canonical(name, vocabulary): limit for name, limit in types.items()}

    def of(self, distortion: str) -> Limit:
        """The limit of a type."""
        return self.types.get(distortion, self.default)


class Zone(Limits):
    """A part of the photo with limits of its own, as in a portrait's centre. box: relative x1 y1 x2 y2."""

    box: Box = WHOLE


class Similarity(Record):
    """When similarity to the original alone decides: `passes` at or above, `rejects` below. Between them is doubt.

    SSIMULACRA2 of the worst part, 0..100; see `gating.similarity`. What passes is at least 10: no share of 1.
    sure: in doubt a pass of the model's counts only where it sees nothing new at all and finds it at least so probable
    that the quality level has not fallen; else a person looks. 0 to take the model's word, above 1 never to.
    """

    passes: float = Field(default=100, ge=10, le=100)
    rejects: float = Field(default=0, ge=0, le=100)
    sure: float = Field(default=0.9, ge=0, le=2)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.rejects > self.passes:
            raise ValueError(f"rejects ({self.rejects:g}) must not be above passes ({self.passes:g})")
        return self


class Policy(Limits):
    """A whole policy.

    zones: a region that lies to a tenth or more in zones is judged by each of them, too; the strictest counts.
    least_level: without an original, worse levels are rejected, and the one above is reviewed; None to ignore it.
    level_drop: with an original, a fall by more levels than this is reviewed, by two more rejected; None to ignore it.
    confidence: regions that the model is less sure of never count.
    resized: a smaller copy is compared with the original resized to it. enlarge: so is a larger one.
    crop: a copy may show a part of the original, and is compared with that part.
    background: the colour, as "#rrggbb", on which transparency may be flattened and with which a copy may be padded.
    strip_profile: a copy whose colours were converted to sRGB may have no colour profile.
    still_from_animation: a copy may be one frame of an animation.
    max_bytes: a larger file is rejected. min_saving: the share of the original's bytes that a copy must save, 0..1.
    similarity: when no model is needed; None to ask it always.
    """

    name: str
    description: str = ""
    zones: tuple[Zone, ...] = ()
    least_level: Level | None = None
    level_drop: int | None = Field(default=None, ge=0)
    confidence: float = Field(default=0, ge=0, le=1)
    resized: bool = False
    enlarge: bool = False
    crop: bool = False
    background: str | None = Field(default=None, pattern=r"^#[0-9a-fA-F]{6}$")
    strip_profile: bool = True
    still_from_animation: bool = False
    max_bytes: int | None = Field(default=None, ge=1)
    min_saving: float | None = Field(default=None, ge=0, lt=1)
    similarity: Similarity | None = None

    def limits_for(self, region: Region) -> list[Limit]:
        """Every limit that this region has to keep."""
        inside = [zone for zone in self.zones if zone.box.intersection(region.box) >= IN_ZONE * region.box.area]
        return [limits.of(region.distortion) for limits in (self, *inside)]


def _canonical(name: str, vocabulary: Vocabulary) -> str:
    kind = vocabulary.find(name)
    if kind is None:
        raise ValueError(f"no distortion is called {name!r}; known are {', '.join(vocabulary.names)}")
    return kind.name
