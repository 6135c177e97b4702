"""Where a photo is damaged: all distortions, those of one region, or the place of a described one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from idetex_plugin.dialects.base import Dialect, ScoresTypes
from idetex_plugin.tasks.deciding import anywhere, decided, log_odds, weighed
from idetex_plugin.tasks.replies import only
from idetex_plugin.words.assessment import PartialRegions, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.card import Doubt
from idetex_plugin.words.failure import Failure
from idetex_plugin.words.request import Reply, Request, Views
from idetex_plugin.words.vocabulary import Level


@dataclass(frozen=True, slots=True)
class Grounded:
    """The regions of a photo, and the probability of each type being there, where the checkpoint scores types; with a
    card's `evidence`, that of the whole frame for a type without a region of a part."""

    regions: tuple[Region, ...]
    presence: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Grounding:
    """Find all distortions of a photo. `doubt`, `thresholds`, `evidence`: as on the card."""

    dialect: Dialect
    doubt: Doubt | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    evidence: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    name = "grounding"

    def ask(self, views: Views) -> tuple[Request, ...]:
        """One request; the level, too, where it matters."""
        detect = self.dialect.detect(views)
        return (detect,) if self.doubt is None else (detect, self.dialect.level(views))

    def read(self, replies: Sequence[Reply], views: Views) -> Grounded | Failure:
        """What was found; no regions only if a reply said that there are none, or if all are doubtful.

        Where the engine gives no probabilities, nothing is doubted."""
        wanted = 1 if self.doubt is None else 2
        reply = only(replies[:1] if len(replies) == wanted else replies, self.name)
        if isinstance(reply, Failure):
            return reply
        regions = self.dialect.read_detect(reply, views)
        if isinstance(regions, PartialRegions):
            sure = self._sure(regions.regions, replies)
            return sure if isinstance(sure, Failure) else regions.model_copy(update={"regions": sure})
        if isinstance(regions, Failure):
            return regions
        presence = self.dialect.read_presence(reply) if isinstance(self.dialect, ScoresTypes) else {}
        frames = weighed(presence, views.whole, self.evidence)
        sure = self._sure(decided(regions, presence, self.thresholds, frames), replies)
        if isinstance(sure, Failure):
            return sure
        return Grounded(sure, anywhere(regions, presence, frames))

    def _sure(self, regions: tuple[Region, ...], replies: Sequence[Reply]) -> tuple[Region, ...] | Failure:
        """The regions that are not doubtful."""
        if not regions or self.doubt is None:
            return regions
        quality = self.dialect.read_level(replies[-1])
        if isinstance(quality, Failure):
            return quality
        excellent = quality.probabilities.get(Level.EXCELLENT)
        if excellent is None:
            return regions
        bar = self.doubt.least + self.doubt.clean * log_odds(excellent)
        return tuple(each for each in regions if each.confidence is None or log_odds(each.confidence) > bar)


@dataclass(frozen=True, slots=True)
class Affecting:
    """What affects one region of a photo."""

    dialect: Dialect
    box: Box
    name = "affecting"

    def ask(self, views: Views) -> tuple[Request, ...]:
        """One request."""
        return (self.dialect.affects(views, self.box),)

    def read(self, replies: Sequence[Reply], views: Views) -> tuple[Region, ...] | Failure:
        """Regions clipped to the box; none only if the reply said that none affects it."""
        reply = only(replies, self.name)
        return reply if isinstance(reply, Failure) else self.dialect.read_affects(reply, views, self.box)


@dataclass(frozen=True, slots=True)
class Referring:
    """Where a described distortion is, such as "Noise affecting the sky". ValueError for an empty description."""

    dialect: Dialect
    expression: str
    name = "referring"

    def __post_init__(self) -> None:
        if not self.expression.strip():
            raise ValueError("the description of what to find is empty")

    def ask(self, views: Views) -> tuple[Request, ...]:
        """One request."""
        return (self.dialect.locate(views, self.expression),)

    def read(self, replies: Sequence[Reply], views: Views) -> tuple[Box, ...] | Failure:
        """The boxes; none only if the reply said that it is nowhere."""
        reply = only(replies, self.name)
        return reply if isinstance(reply, Failure) else self.dialect.read_locate(reply, views)
