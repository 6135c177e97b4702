"""Too much and too little light, in scenes of more contrast than the photo has, with the noise of the light there was.

Gains are the stops by which exposure brackets differ: 1.4-5.5 stops down, .8-3.8 stops up. Where little light fell,
the share of noise in it is larger: the levels of noise grow with the root of the missing light (shot noise).
"""

from __future__ import annotations

import numpy as np

from idetex_plugin.lab.data.photos import Pixels
from idetex_plugin.lab.synthesis.camera.light import to_light, to_pixels, to_values, with_contrast, with_highlights
from idetex_plugin.lab.synthesis.camera.sensor import noisy
from idetex_plugin.lab.synthesis.degrade import draw
from idetex_plugin.words.vocabulary import Severity

DARKER = ((2.6, 4.0), (5.0, 10.0), (12.0, 45.0))
BRIGHTER = ((1.8, 2.4), (3.0, 4.5), (5.5, 14.0))
HEADROOM = 12.0
STEEPEST = 1.7


def underexposure(pixels: Pixels, severity: Severity, rng: np.random.Generator) -> Pixels:
    """Light divided by 2.6-45; windows and lamps may stay bright, black may swallow what is left, grain may show."""
    light = to_light(pixels)
    if rng.random() < 0.6:
        light = with_highlights(light, rng.uniform(0, HEADROOM))
    if rng.random() < 0.5:
        light = with_contrast(light, rng.uniform(1.0, STEEPEST))
    less = draw(DARKER, severity, rng)
    light = np.clip(light / less - rng.uniform(0, 0.004), 0, None).astype(np.float32)
    values = to_values(light)
    levels = rng.uniform(0, 0.9) * less**0.5
    return to_pixels(noisy(values, light, min(levels, 3.0), rng))


def overexposure(pixels: Pixels, severity: Severity, rng: np.random.Generator) -> Pixels:
    """Light multiplied by 1.8-14; the brightest clips, hard or with a shoulder, and shadows of a steep scene stay."""
    light = to_light(pixels)
    if rng.random() < 0.5:
        light = with_contrast(light, rng.uniform(1.0, STEEPEST))
    light = light * np.float32(draw(BRIGHTER, severity, rng))
    if rng.random() < 0.3:
        shoulder = np.float32(rng.uniform(1.5, 4.0))
        light = (1 - np.exp(-light * shoulder)) / (1 - np.exp(-shoulder))
    return to_pixels(to_values(light))
