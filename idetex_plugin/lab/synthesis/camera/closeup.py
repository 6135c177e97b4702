"""Frames at a sensor's own pixels, with and without noise that shows, to learn what noise is.

Photographs of the web were shrunk, which makes them sharp at their pixels and takes their noise; a sensor's own pixels
are soft, and keep it. So a source is enlarged, given noise or none, and goes through the camera's noise reduction, its
sharpening and JPEG as files of the web have it. On the development pairs of one shot and the mean of many (PolyU, ISO
800-6400, JPEG of quality 75) noise has 1.7-5.1 levels of 255 in luma.

Whether noise is a fault goes by what is left of it where the photo is seen: in a frame of many pixels, looked at as a
whole, it is gone. Texture is no noise, so what is calm nowhere is drawn more often than it is met, and nor is aliasing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from idetex_plugin.lab.data.photos import Pixels, cut
from idetex_plugin.lab.synthesis.camera.light import Light, to_light, to_pixels
from idetex_plugin.lab.synthesis.camera.reduction import reduced
from idetex_plugin.lab.synthesis.camera.sensor import coarse_grain, noisy
from idetex_plugin.lab.synthesis.canvas import luma
from idetex_plugin.lab.synthesis.degrade import DEGRADE, jpeg
from idetex_plugin.words.vocabulary import Severity

SEEN = 1024
"""Longest side in pixels of a photo that is looked at as a whole."""
CROPS, LARGE = 0.45, 0.15
"""Shares of crops and of large frames; the rest are shrunk photos."""
NOISY, NEARLY_CLEAN = 0.5, 0.2
LEVELS, FAINT = (1.2, 5.5), (0.05, 0.6)
TEXTURED, CHOICES = 0.4, 6
ALIASED = 0.3
"""Share of shrunk photos that have been sampled without a filter, whose pixels are as independent as those of noise."""
QUALITIES = ((75, 75), (75, 75), (68, 84), (80, 92), (90, 98))
MIDDLE = (20, 235)
FEWEST, SQUARE = 500, 8


@dataclass(frozen=True)
class Closeup:
    """image: RGB uint8 (H, W, 3). levels: standard deviation of its luma noise as seen, before coding, in levels of
    255 where it is neither nearly black nor white."""

    image: Pixels
    levels: float


def closeup(sources: Sequence[Pixels], rng: np.random.Generator) -> Closeup | None:
    """A frame from one of these photos, RGB uint8 (H, W, 3); none where too little of it is of middle brightness."""
    clean = _frame(sources, rng)
    values = clean.astype(np.float32)
    if rng.random() < 0.35:
        values = np.asarray(255 * (values / 255) ** np.float32(rng.uniform(0.6, 1.5)), np.float32)
    noised = _noised(values, rng)
    noised, values = _developed(noised, values, rng)
    levels = _seen_levels(noised, values)
    if levels is None:
        return None
    low, high = QUALITIES[int(rng.integers(len(QUALITIES)))]
    return Closeup(jpeg(to_pixels(noised), int(rng.integers(low, high + 1))), levels)


def _frame(sources: Sequence[Pixels], rng: np.random.Generator) -> Pixels:
    textured = rng.random() < TEXTURED
    draws = [sources[int(rng.integers(len(sources)))] for _ in range(CHOICES if textured else 1)]
    source = max(draws, key=_calmest)
    height, width = source.shape[:2]
    drawn = rng.random()
    if drawn < CROPS:
        factor = float(np.exp(rng.uniform(*np.log((1.5, 5.0)))))
        side = int(min(rng.uniform(448, 760) / factor, height, width))
        corners = [rng.integers((height - side + 1, width - side + 1)) for _ in range(CHOICES if textured else 1)]
        crops = [source[top : top + side, left : left + side] for top, left in corners]
        return _soft(_resized(max(crops, key=_calmest), factor), 0.4, 1.2, 0.6, rng)
    if drawn < CROPS + LARGE:
        longest = float(np.exp(rng.uniform(*np.log((1400, 3600)))))
        return _soft(_resized(source, longest / max(height, width)), 0.4, 1.0, 0.6, rng)
    shrunk = _soft(cut(source, rng, (160, 1200)), 0.3, 0.8, 0.4, rng)
    if rng.random() >= ALIASED:
        return shrunk
    return DEGRADE["Edge aliasing effect"](shrunk, list(Severity)[int(rng.integers(3))], rng)


def _calmest(pixels: Pixels) -> float:
    """How much the calmest tenth of its squares of 8 pixels varies."""
    gray = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY).astype(np.float32)
    rows, columns = (side // SQUARE for side in gray.shape)
    if not rows * columns:
        return 0.0
    squares = gray[: SQUARE * rows, : SQUARE * columns].reshape(rows, SQUARE, columns, SQUARE)
    return float(np.quantile(squares.std((1, 3)), 0.1))


def _resized(pixels: Pixels, factor: float) -> Pixels:
    how = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=how), np.uint8)


def _soft(pixels: Pixels, least: float, most: float, share: float, rng: np.random.Generator) -> Pixels:
    """In a share of the cases spread by `least` to `most` pixels (standard deviation)."""
    if rng.random() >= share:
        return pixels
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), rng.uniform(least, most)), np.uint8)


def _noised(values: Light, rng: np.random.Generator) -> Light:
    drawn = rng.random()
    if drawn >= NOISY + NEARLY_CLEAN:
        return values
    levels = float(np.exp(rng.uniform(*np.log(LEVELS)))) if drawn < NOISY else rng.uniform(*FAINT)
    return noisy(values, to_light(to_pixels(values)), levels, rng, coarse_grain)


def _developed(noised: Light, clean: Light, rng: np.random.Generator) -> tuple[Light, Light]:
    """Both sharpened in two of five, both with noise reduced in three of four."""
    if rng.random() < 0.4:
        reach, strength = rng.uniform(0.6, 1.3), rng.uniform(0.1, 0.6)
        noised, clean = (
            np.asarray(each + strength * (each - cv2.GaussianBlur(each, (0, 0), reach)), np.float32)
            for each in (noised, clean)
        )
    return reduced((noised, clean), rng) if rng.random() < 0.75 else (noised, clean)


def _seen_levels(noised: Light, clean: Light) -> float | None:
    noise, scene = (_seen(luma(each)) for each in (noised - clean, clean))
    usable = (scene > MIDDLE[0]) & (scene < MIDDLE[1])
    return float(noise[usable].std()) if usable.sum() >= FEWEST else None


def _seen(values: NDArray[np.float32]) -> NDArray[np.float32]:
    ratio = SEEN / max(values.shape)
    if ratio >= 1:
        return values
    return np.asarray(cv2.resize(values, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA), np.float32)
