"""The stated rules that turn known regions into what people would say: significance, key distortions, quality level."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from idetex_plugin.words.assessment import Quality, Region
from idetex_plugin.words.vocabulary import Level, Severity

HARM = {Severity.MINOR: 0.22, Severity.MODERATE: 0.5, Severity.SEVERE: 0.85}
AREA_EXPONENT = 0.35
BOUNDS = (0.06, 0.24, 0.42, 0.62)
KEY_SHARE = 0.75


def harm(region: Region) -> float:
    """0..1: the severity's harm, less for small areas (area to the power 0.35)."""
    return float(HARM[region.severity or Severity.MINOR] * region.box.area**AREA_EXPONENT)


def significance(region: Region) -> float:
    """Harm, up to a fifth less at the border of the photo than at its centre."""
    box = region.box
    offset = np.hypot((box.x1 + box.x2) / 2 - 0.5, (box.y1 + box.y2) / 2 - 0.5) / np.hypot(0.5, 0.5)
    return float(harm(region) * (1 - 0.2 * offset))


def level_of(regions: Sequence[Region]) -> Level:
    """Harms combine as independent losses, 1 - prod(1 - harm); the bounds of the levels are .06, .24, .42, .62."""
    damage = 1 - float(np.prod([1 - harm(region) for region in regions]))
    return list(Level)[::-1][int(np.searchsorted(BOUNDS, damage))]


def agreed(quality: Quality, regions: Sequence[Region], pull: tuple[float, float]) -> Quality:
    """The quality in the light of what was found. Each step below the level that the regions amount to, unknown
    severities counting as moderate, costs a level `pull[0]` nats, and each step above it `pull[1]`. Without
    probabilities the quality stays as it is.

    A product of experts (Hinton 2002): the model's distribution of levels, and a Laplace one around `level_of`."""
    rated = [each if each.severity else each.model_copy(update={"severity": Severity.MODERATE}) for each in regions]
    found, (below, above), said = level_of(rated).score, pull, quality.probabilities
    costs = {level: max(below * (found - level.score), above * (level.score - found)) for level in said}
    weights = {level: share * math.exp(-costs[level]) for level, share in said.items()}
    total = sum(weights.values())
    if not total or not any(pull):
        return quality
    shares = {level: weight / total for level, weight in weights.items()}
    return Quality.of(shares, max(shares, key=lambda level: shares[level]))


def key_distortions(regions: Sequence[Region]) -> tuple[str, ...]:
    """The type of the most significant region, and of any within three quarters of it."""
    if not regions:
        return ()
    ranked = sorted(regions, key=significance, reverse=True)
    floor = KEY_SHARE * significance(ranked[0])
    return tuple(dict.fromkeys(region.distortion for region in ranked if significance(region) >= floor))
