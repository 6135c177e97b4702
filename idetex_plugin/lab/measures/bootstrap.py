"""Confidence intervals by resampling images, paired when two models saw the same ones.

Percentile bootstrap (Efron 1979): draw as many images as there are, with replacement, and compute the statistic of
the draw; the interval is that of the middle 95 % of draws. Paired: both models get the same draws, so the interval of
their difference is not widened by what both find hard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from idetex_plugin.lab.measures.table import Floats

DRAWS = 1000
LEVEL = 0.95
Statistic = Callable[[Floats], float | None]


@dataclass(frozen=True, slots=True)
class Interval:
    """The statistic of all images, and the bounds of its interval; None where it was undefined in every draw."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Paired:
    """Two models and their difference, second minus first."""

    first: Interval
    second: Interval
    difference: Interval


def draws(images: int, seed: int, count: int = DRAWS) -> Floats:
    """(count, images): how often each image is drawn. Raises ValueError for no images."""
    if images < 1:
        raise ValueError("no images to draw from")
    rng = np.random.default_rng(seed)
    return rng.multinomial(images, np.full(images, 1 / images), size=count).astype(np.float64)


def interval(statistic: Statistic, weights: Floats) -> Interval:
    """statistic: of how often each image counts, (images,); None where undefined. weights: from `draws`."""
    return _interval(statistic(np.ones(weights.shape[1])), [statistic(row) for row in weights])


def paired(first: Statistic, second: Statistic, weights: Floats) -> Paired:
    """The same draws for both."""
    whole = np.ones(weights.shape[1])
    one, two = first(whole), second(whole)
    ones, twos = [first(row) for row in weights], [second(row) for row in weights]
    gaps = [None if a is None or b is None else b - a for a, b in zip(ones, twos, strict=True)]
    return Paired(
        _interval(one, ones), _interval(two, twos), _interval(None if one is None or two is None else two - one, gaps)
    )


def ratio(parts: NDArray[Any], wholes: NDArray[Any]) -> Statistic:
    """The statistic sum(parts) / sum(wholes) of two columns (images,), such as right answers of answers."""

    def statistic(weights: Floats) -> float | None:
        whole = float(weights @ wholes)
        return float(weights @ parts) / whole if whole else None

    return statistic


def _interval(value: float | None, drawn: list[float | None]) -> Interval:
    known = [each for each in drawn if each is not None]
    if not known:
        return Interval(value, None, None)
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(value, float(low), float(high))
