"""The stated rules that turn known regions into what people would say: significance, key distortions, quality level."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

from idetex_plugin.tasks.questions import DEFAULT_QUESTIONS, NO_DISTORTION, NOWHERE
from idetex_plugin.words.assessment import Answer, Quality, Region
from idetex_plugin.words.vocabulary import NOT_VISIBLE, Level, Severity

HARM = {Severity.MINOR: 0.22, Severity.MODERATE: 0.5, Severity.SEVERE: 0.85}
AREA_EXPONENT = 0.35
BOUNDS = (0.06, 0.24, 0.42, 0.62)
KEY_SHARE = 0.75
Name = TypeVar("Name", str, Level)
ASKED = frozenset((question.name, question.text) for question in DEFAULT_QUESTIONS)


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


def supposed(regions: Sequence[Region]) -> Level:
    """`level_of`, unknown severities counting as moderate."""
    return level_of(_rated(regions))


def agreed(quality: Quality, regions: Sequence[Region], pull: tuple[float, float]) -> Quality:
    """The quality in the light of what was found. Each step below the level that the regions amount to costs a level
    `pull[0]` nats, and each step above it `pull[1]`. Without probabilities the quality stays as it is.

    A product of experts (Hinton 2002): the model's distribution of levels, and a Laplace one around `supposed`."""
    found, (below, above), said = supposed(regions).score, pull, quality.probabilities
    costs = {level: max(below * (found - level.score), above * (level.score - found)) for level in said}
    weights = {level: share * math.exp(-costs[level]) for level, share in said.items()}
    shares = _shares(weights)
    if not shares or not any(pull):
        return quality
    return Quality.of(shares, max(shares, key=lambda level: shares[level]))


def default_answer(name: str, regions: Sequence[Region]) -> str:
    """What is right for the question of this name among those asked in every assessment, `DEFAULT_QUESTIONS`."""
    worst = max(regions, key=significance, default=None)
    if worst is None:
        return {"dominant": NO_DISTORTION, "severity": NOT_VISIBLE, "position": NOWHERE}[name]
    return {"dominant": worst.distortion, "severity": str(worst.severity), "position": worst.box.position}[name]


def borne_out(answer: Answer, regions: Sequence[Region], pull: tuple[float, float]) -> Answer:
    """The answer in the light of what was found: to a question asked in every assessment, what the regions amount to,
    unknown severities counting as moderate, gains `pull[0]` nats; then all probabilities are raised to the power
    `pull[1]`. Any other answer, or one without probabilities, stays as it is.

    Such a product of experts as `agreed` is, and temperature scaling (Guo et al. 2017)."""
    if (answer.name, answer.question) not in ASKED:
        return answer
    found = default_answer(answer.name, _rated(regions))
    gain, power = pull
    weights = {
        option: (share * math.exp(gain * (option == found))) ** power for option, share in answer.probabilities.items()
    }
    shares = _shares(weights)
    if not shares:
        return answer
    return answer.model_copy(update={"choice": max(shares, key=lambda each: shares[each]), "probabilities": shares})


def _shares(weights: Mapping[Name, float]) -> dict[Name, float]:
    """The weights, so that they sum to 1; nothing where they cannot."""
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()} if total else {}


def _rated(regions: Sequence[Region]) -> list[Region]:
    return [each if each.severity else each.model_copy(update={"severity": Severity.MODERATE}) for each in regions]


def key_distortions(regions: Sequence[Region]) -> tuple[str, ...]:
    """The type of the most significant region, and of any within three quarters of it."""
    if not regions:
        return ()
    ranked = sorted(regions, key=significance, reverse=True)
    floor = KEY_SHARE * significance(ranked[0])
    return tuple(dict.fromkeys(region.distortion for region in ranked if significance(region) >= floor))
