"""Which types a photo is said to have, and where: a reply's regions against probabilities and the card's thresholds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import WHOLE
from idetex_plugin.words.request import Grades
from idetex_plugin.words.vocabulary import Severity

NONE: Mapping[str, Any] = MappingProxyType({})
SMALLEST, WORSE = 1e-6, 1 / 3
WHOLE_AREA = 0.9
"""The share of the photo from which a region is the whole frame's."""
WHOLE_FRAME = frozenset({
    "Low clarity", "Motion blur", "Out of focus blur", "Blocking artifacts", "Overexposure", "Underexposure", "Noise",
})  # fmt: skip
"""Types that may affect all of a photo. Of the others people mark parts (ViDA-UGC)."""
Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class WholeFrame:
    """Whether a type has the whole frame: its probability, the one from which it is said, and how badly if so."""

    probability: float
    least: float
    severity: Severity

    @property
    def said(self) -> bool:
        """Whether it is said."""
        return self.probability >= self.least


def weighed(
    presence: Shares, whole: Mapping[str, Grades], evidence: Mapping[str, tuple[float, float]]
) -> dict[str, WholeFrame]:
    """Whether each type of `evidence` has the whole frame.

    Its probability is the mean of two log-odds: those of the reply that the type is there (`presence`), and those of
    the photo's own pixels (`whole`), which count for the share that `evidence` says first. Its severity, by the pixels,
    is the worst that is a third as probable as the type itself."""
    return {
        name: WholeFrame(
            _share((1 - share) * log_odds(presence[name]) + share * log_odds(whole[name][0])), least,
            _severity(whole[name]),
        )
        for name, (share, least) in evidence.items()
        if name in presence and name in whole
    }  # fmt: skip


def decided(
    regions: tuple[Region, ...], presence: Shares, thresholds: Shares, frames: Mapping[str, WholeFrame] = NONE
) -> tuple[Region, ...]:
    """The regions of types that are as probable as their threshold; types without one, or of unknown probability, keep
    theirs. A type that may cover the whole frame, is that probable and has no region is reported for the whole frame,
    of unknown severity where no frame tells it.

    frames: of these types regions of the whole frame, and they alone, go by what is said here."""
    absent = {name for name, share in presence.items() if share < thresholds.get(name, 0)}

    def stays(region: Region) -> bool:
        if region.distortion in frames and region.box.area >= WHOLE_AREA:
            return frames[region.distortion].said
        return region.distortion not in absent

    kept = tuple(filter(stays, regions))
    placed = {region.distortion for region in kept}
    whole: list[Region] = []
    for name, share in presence.items():
        if name in placed:
            continue
        frame = frames.get(name)
        if frame is not None and frame.said:
            whole.append(Region(distortion=name, severity=frame.severity, box=WHOLE, confidence=frame.probability))
        elif frame is None and name in WHOLE_FRAME and share >= thresholds.get(name, 1):
            whole.append(Region(distortion=name, severity=None, box=WHOLE, confidence=share))
    return (*kept, *whole)


def anywhere(regions: tuple[Region, ...], presence: Shares, frames: Mapping[str, WholeFrame]) -> dict[str, float]:
    """The probability of each type being anywhere in the photo: by its frame where it has one, and where the reply
    places it in a part, at least as the reply has it."""
    parts = {region.distortion for region in regions if region.box.area < WHOLE_AREA}
    whole = {name: max(frame.probability, presence[name] if name in parts else 0) for name, frame in frames.items()}
    return {**presence, **whole}


def log_odds(probability: float) -> float:
    """ln(p / (1 - p)), within what p = 1e-6 and its opposite give."""
    bounded = min(max(probability, SMALLEST), 1 - SMALLEST)
    return math.log(bounded / (1 - bounded))


def _share(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def _severity(grades: Grades) -> Severity:
    worst = sum(grade >= WORSE * grades[0] for grade in grades)
    return list(Severity)[worst - 1]
