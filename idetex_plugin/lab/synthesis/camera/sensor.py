"""Noise of a sensor, as it looks after demosaicing and the camera's own noise reduction.

Shot noise grows with the root of the light, read noise does not depend on it (Brooks et al. 2019; Foi et al. 2008).
What a file shows is neither white nor alike in luma and colour: interpolation and noise reduction spread it. On 15
development pairs of one shot and the mean of many (PolyU, ISO 800-6400) the luma noise was 1.6-4.8 levels, alike in
shadows, middle tones and lights; neighbours correlated by .26-.70 (median .63), second ones by 0-.35; red difference
.75-.9 of a luma's strength, correlated by .9 and, four pixels apart, by .36-.73.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from idetex_plugin.lab.synthesis.camera.light import Light

LEVEL = 1 / 255
SLOPE = 1 / 2.2
"""d(value)/d(light) of the tone curve at middle gray is SLOPE * value / light."""
Grain = Callable[[int, int, np.random.Generator], NDArray[np.float32]]
"""Height and width in pixels to noise (height, width, 3) of luma 1, as `grain`."""


def grain(height: int, width: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Noise (height, width, 3) whose luma has a standard deviation of about 1: fine luma, coarser colour.

    luma: white in a tenth of the cases, else spread by .45-1 pixels, which correlates neighbours by .3-.8; a third also
    has blotches. colour: .1-1.1 of the luma's strength, spread by .8-2.5 pixels."""
    luma = rng.standard_normal((height, width), np.float32)
    if rng.random() < 0.9:
        luma = _spread(luma, rng.uniform(0.45, 1.0))
    if rng.random() < 0.33:
        luma = luma + rng.uniform(0.1, 0.4) * _spread(rng.standard_normal((height, width), np.float32), 2.0)
        luma /= luma.std()
    colour = rng.standard_normal((height, width, 2), np.float32)
    colour = _spread(colour, rng.uniform(0.8, 2.5)) * rng.uniform(0.1, 1.1)
    return _coloured(luma, colour[..., 0], colour[..., 1] * rng.uniform(0.8, 1.4))


def coarse_grain(height: int, width: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """As `grain`, but as a sensor's own pixels have it after noise reduction: luma spread by .65-1.3 pixels, four in
    five with blotches, and colour of .1-1 of its strength in blotches of up to 7 pixels. Of the development pairs' luma
    noise a Haar level has, finest first, .75 .72 .51 .32 of the deviation across, and .25 .53 .38 .24 diagonally; this
    has .67 .77 .60 .37 and .27 .51 .51 .33. One in seven is `grain`."""
    if rng.random() < 1 / 7:
        return grain(height, width, rng)

    def drawn(sigma: float) -> NDArray[np.float32]:
        return _spread(rng.standard_normal((height, width), np.float32), sigma)

    luma = drawn(rng.uniform(0.65, 1.3))
    if rng.random() < 0.8:
        luma = luma + rng.uniform(0.1, 0.5) * drawn(rng.uniform(1.2, 2.2))
        luma /= luma.std()
    red, blue = (drawn(rng.uniform(1.2, 2.5)) + rng.uniform(0.3, 2) * drawn(rng.uniform(2.5, 7)) for _ in range(2))
    strength = rng.uniform(0.1, 1.0)
    red, blue = red * (strength * rng.uniform(0.6, 1) / red.std()), blue * (strength / blue.std())
    return _coloured(luma, red, blue)


def _coloured(luma: NDArray[np.float32], red: NDArray[np.float32], blue: NDArray[np.float32]) -> NDArray[np.float32]:
    """Noise (height, width, 3) of this luma, with so much red and blue besides, and green that leaves luma as it is."""
    green = -(0.299 * red + 0.114 * blue) / 0.587
    return np.asarray(np.stack([luma + red, luma + green, luma + blue], -1), np.float32)


def _spread(noise: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    soft = cv2.GaussianBlur(noise, (0, 0), sigma)
    return np.asarray(soft / max(float(soft.std()), 1e-6), np.float32)


def noisy(values: Light, light: Light, levels: float, rng: np.random.Generator, grain: Grain = grain) -> Light:
    """Display values (H, W, 3) with noise of so many levels of 255 at middle gray.

    light: the linear light of these values, by which the noise goes: its share of shot noise is .5-1. Display values
    are a power of the light, so shot noise alone would be nearly alike in shadows and lights."""
    shot = rng.uniform(0.5, 1.0)
    luma = np.clip(light.mean(-1), 0.002, 1)
    deviation = np.sqrt(shot * luma / 0.18 + (1 - shot) * rng.uniform(0.1, 1.0))
    slope = (luma / 0.18) ** np.float32(SLOPE - 1)
    strength = np.minimum(deviation * slope, 2.5) * levels
    # What is clipped has no noise, and near black the tone curve's toe hides it.
    strength = strength * np.clip((1.002 - luma) / 0.1, 0, 1) * np.clip(values.max(-1) / 12, 0, 1)
    return np.asarray(values + strength[..., None] * grain(luma.shape[0], luma.shape[1], rng), np.float32)
