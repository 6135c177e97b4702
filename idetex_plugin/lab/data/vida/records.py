"""One image and what is known of its distortions, people's labels and synthetic ones alike.

Fields and spellings are those of the image records of ViDA-UGC (2025). A box is relative inside the program and
0-1000 in files. What a record does not know stays empty and is left out of files; nothing is made up.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field, PlainSerializer

from idetex_plugin.dialects.frame import CoordinateFrame
from idetex_plugin.tasks import rules
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.record import Record
from idetex_plugin.words.vocabulary import VIDA, Level, Severity

THOUSAND = CoordinateFrame(1000, 1000)


def _box(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        return value
    if len(value) != 4 or any(isinstance(each, bool) or not isinstance(each, int | float) for each in value):
        raise ValueError("four numbers x1, y1, x2, y2 are needed")
    return Box.from_thousand((value[0], value[1], value[2], value[3]))


def _name(value: Any) -> Any:
    kind = VIDA.find(value) if isinstance(value, str) else None
    if kind is None:
        raise ValueError(f"no distortion is called {value!r}")
    return kind.name


def _capital(value: Any) -> Any:
    return value.strip().capitalize() if isinstance(value, str) else value


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


Coordinates = Annotated[
    Box, BeforeValidator(_box), PlainSerializer(lambda box: list(THOUSAND.write(box)), return_type=list[int])
]


class Mark(Record):
    """One distorted place. `position` is people's free text, such as "the sky at the top left", or position words.

    `significance`: how much it matters for the image, the largest being the key distortion; unknown in most files.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: int | str | None = None
    distortion: Annotated[str, BeforeValidator(_name)]
    box: Coordinates = Field(alias="coordinates")
    severity: Annotated[Severity | None, BeforeValidator(_capital)] = None
    position: str = ""
    manifestation: str = Field(
        default="", validation_alias=AliasChoices("visual manifestation", "visual_manifestation"),
        serialization_alias="visual manifestation",
    )
    impact: str = Field(
        default="", validation_alias=AliasChoices("perception impact", "perception_impact"),
        serialization_alias="perception impact",
    )
    region_quality_scores: Any = None
    region_importance_score: Any = None
    significance: float | None = Field(default=None, alias="significance_score")

    @property
    def region(self) -> Region:
        """The mark as the rest of the program knows it."""
        return Region(distortion=self.distortion, severity=self.severity, box=self.box, effect=self.manifestation)

    @property
    def place(self) -> str:
        """Where it is, in people's words if there are any, else in position words."""
        return self.position or self.box.position


class Labelled(Record):
    """An image with its marks. Width and height in pixels; `mos` 1-5 only if people gave one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    image: str = Field(min_length=1)
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    level: Annotated[Level | None, BeforeValidator(_lower)] = None
    mos: float | None = Field(default=None, ge=1, le=5)
    marks: tuple[Mark, ...] = Field(default=(), alias="distortions")

    @property
    def regions(self) -> tuple[Region, ...]:
        """All marks as regions."""
        return tuple(mark.region for mark in self.marks)

    @property
    def keys(self) -> tuple[str, ...]:
        """Types of the key distortions: of the highest significance if every mark has one, else by `rules`."""
        if any(mark.significance is None for mark in self.marks):
            return rules.key_distortions(self.regions)
        highest = max(self.significances, default=0.0)
        return tuple(dict.fromkeys(mark.distortion for mark in self.marks if mark.significance == highest))

    @property
    def significances(self) -> tuple[float, ...]:
        """How much each mark matters: as people said if they did of every mark, else by `rules`."""
        known = tuple(mark.significance for mark in self.marks if mark.significance is not None)
        return known if len(known) == len(self.marks) else tuple(map(rules.significance, self.regions))

    @property
    def verdict(self) -> Level:
        """The level that people gave, else the one that `rules` derive."""
        return self.level or rules.level_of(self.regions)


def labelled(image: str, width: int, height: int, regions: tuple[Region, ...]) -> Labelled:
    """The record of an image whose regions are known, such as a synthetic one; level and significance by `rules`."""
    marks = tuple(
        Mark(
            id=number, distortion=region.distortion, coordinates=region.box, severity=region.severity,
            position=region.box.position, manifestation=region.effect,
            significance_score=round(rules.significance(region), 4),
        )
        for number, region in enumerate(regions)
    )
    return Labelled(image=image, width=width, height=height, level=rules.level_of(regions), distortions=marks)
