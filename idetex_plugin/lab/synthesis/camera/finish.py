"""What every camera, and whoever passes a photo on, does to it and what is no damage: grain, sharpening, tone.

Stated shares and strengths are choices of this project, at which a person calls a photo good; see `sensor` for grain.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from idetex_plugin.lab.data.photos import Pixels
from idetex_plugin.lab.synthesis.camera.light import to_light, to_pixels
from idetex_plugin.lab.synthesis.camera.sensor import noisy

FAINTEST_GRAIN, GRAIN = 0.15, 0.8
SMALLEST = 96


def softened(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Sharpness at the pixels of a real camera: optics and demosaicing spread a point by .3-.85 pixels (standard
    deviation), large sensors and enlargement more. A shrunk photograph has none of that.

    One in seven is a part of the photo at such pixels, as a crop from a sensor of many: smooth but for its edges."""
    drawn = rng.random()
    if drawn < 0.15 and max(pixels.shape[:2]) < 1000:
        return _enlarged(pixels, rng.uniform(1.15, 1.6))
    if drawn < 0.65:
        return np.asarray(cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.3, 0.85)), np.uint8)
    return _close(pixels, rng) if drawn < 0.8 else pixels


def _close(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """A part of the photo, 1.3-1.8 times as large and so of as many pixels, if the photo is not tiny."""
    factor = rng.uniform(1.3, 1.8)
    height, width = (round(side / factor) for side in pixels.shape[:2])
    if min(height, width) < SMALLEST:
        return pixels
    top, left = int(rng.integers(pixels.shape[0] - height + 1)), int(rng.integers(pixels.shape[1] - width + 1))
    return _enlarged(pixels[top : top + height, left : left + width], factor)


def _enlarged(pixels: Pixels, factor: float) -> Pixels:
    size = (round(pixels.shape[1] * factor), round(pixels.shape[0] * factor))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def developed(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Grain of up to .8 levels in three of four, an unsharp mask of .1-.7 in six of ten, an S-shaped tone in half.

    Base ISO leaves less than a level of luma in a photo of a few megapixels; see `sensor` for what real noise has."""
    values: NDArray[Any] = pixels.astype(np.float32)
    if rng.random() < 0.75:
        values = noisy(values, to_light(pixels), rng.uniform(FAINTEST_GRAIN, GRAIN), rng)
    if rng.random() < 0.6:
        soft = np.asarray(cv2.GaussianBlur(values, (0, 0), rng.uniform(0.6, 1.3)), np.float32)
        values = np.asarray(values + rng.uniform(0.1, 0.7) * (values - soft), np.float32)
    if rng.random() < 0.5:
        tone = np.clip(values, 0, 255) / 255
        values = np.asarray(255 * (tone + rng.uniform(-0.5, 0.7) * tone * (1 - tone) * (2 * tone - 1)), np.float32)
    return to_pixels(values)
