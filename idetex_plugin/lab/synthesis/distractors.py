"""Looks of good photographs that are easily taken for damage: they belong to clean samples and are never reported.

Every function takes RGB uint8 pixels (H, W, 3) and a generator, and gives pixels of the same shape and type. They are
imitations: how well they stand for real bokeh, nights and snow has not been measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from idetex_plugin.lab.data.photos import Pixels
from idetex_plugin.lab.synthesis.canvas import luma

Floats = NDArray[np.float32]


def bokeh(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """A sharp subject before a background whose blur grows smoothly with the distance from it."""
    height, width = pixels.shape[:2]
    radius = max(3, round(min(height, width) * rng.uniform(0.012, 0.03)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)).astype(np.float32)
    bright = np.power(pixels.astype(np.float32) / 255, 3)
    # OpenCV filters with large kernels in the frequency domain, where black becomes a little less than nothing.
    blurred = np.maximum(cv2.filter2D(bright, -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT), 0)
    far = np.power(blurred, 1 / 3) * 255
    distance = _distance(height, width, rng.uniform(0.3, 0.7), rng.uniform(0.4, 0.7))
    share = np.clip((distance - rng.uniform(0.3, 0.4)) / 0.25, 0, 1)[..., None]
    return _bytes(pixels * (1 - share) + far * share)


def night(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """A dark scene with lamps: most of it dim, the lamps and their glow at full brightness."""
    height, width = pixels.shape[:2]
    lamps = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(6, 25))):
        centre = int(rng.integers(width)), int(rng.integers(height))
        cv2.circle(lamps, centre, max(1, round(min(height, width) * rng.uniform(0.003, 0.012))), 1.0, -1, cv2.LINE_AA)
    glow = cv2.GaussianBlur(lamps, (0, 0), min(height, width) * 0.04)
    glow = 0.5 * glow / max(float(glow.max()), 1e-6)
    colour = np.array([255, rng.uniform(200, 245), rng.uniform(140, 230)], np.float32)
    dim = 255 * np.power(pixels.astype(np.float32) / 255, 1.4) * rng.uniform(0.35, 0.55)
    light = np.clip(np.maximum(lamps, glow), 0, 1)[..., None]
    return _bytes(dim * (1 - light) + colour * light)


def snow(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Light, nearly colourless ground that keeps its shading, with soft flakes of several sizes."""
    values = pixels.astype(np.float32)
    gray = luma(values)
    pale = 150 + 90 * np.power(gray / 255, 0.8)[..., None] + 0.12 * (values - gray[..., None])
    height, width = gray.shape
    flakes = np.zeros((height, width), np.float32)
    for _ in range(int(height * width / 6000)):
        centre = int(rng.integers(width)), int(rng.integers(height))
        cv2.circle(flakes, centre, int(rng.integers(2, 7)), float(rng.uniform(0.3, 0.9)), -1, cv2.LINE_AA)
    cover = cv2.GaussianBlur(flakes, (0, 0), 1.2)[..., None]
    return _bytes(pale * (1 - cover) + 252 * cover)


def flat_sky(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """The upper part is a smooth sky, from one pale tone to another, that fades into the scene."""
    height, width = pixels.shape[:2]
    top = np.array([rng.uniform(90, 200), rng.uniform(140, 215), rng.uniform(200, 250)], np.float32)
    low = 0.5 * top + 0.5 * np.float32(rng.uniform(215, 245))
    rise = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    sky = top * (1 - rise) + low * rise + rng.standard_normal((height, width, 1), np.float32) * 0.7
    edge = np.clip((rise - rng.uniform(0.25, 0.55)) / 0.08, 0, 1)
    return _bytes(sky * (1 - edge) + pixels * edge)


def fine_texture(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """A woven surface over part of the scene: regular fine detail, which is no noise."""
    height, width = pixels.shape[:2]
    yy, xx = np.mgrid[:height, :width].astype(np.float32)
    angle, period = rng.uniform(0, np.pi), rng.uniform(3.5, 7)
    along, across = xx * np.cos(angle) + yy * np.sin(angle), yy * np.cos(angle) - xx * np.sin(angle)
    weave = np.sin(2 * np.pi * along / period) * np.sin(2 * np.pi * across / period)
    near = np.clip(1.4 - _distance(height, width, rng.uniform(0, 1), rng.uniform(0, 1)) * 2, 0, 1)
    return _bytes(pixels * (1 + rng.uniform(0.1, 0.2) * (weave * near)[..., None]))


DISTRACTORS: dict[str, Callable[[Pixels, np.random.Generator], Pixels]] = {
    "bokeh": bokeh, "night": night, "snow": snow, "flat sky": flat_sky, "fine texture": fine_texture,
}  # fmt: skip


def distract(pixels: Pixels, rng: np.random.Generator, names: Sequence[str] = tuple(DISTRACTORS)) -> Pixels:
    """One of those named, drawn evenly."""
    return DISTRACTORS[names[int(rng.integers(len(names)))]](pixels, rng)


def _distance(height: int, width: int, x: float, y: float) -> Floats:
    yy, xx = np.mgrid[:height, :width].astype(np.float32)
    return np.asarray(np.hypot(xx / width - x, yy / height - y), np.float32)


def _bytes(values: NDArray[Any]) -> Pixels:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
