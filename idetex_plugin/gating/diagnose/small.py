"""Small pictures of photos, and how alike two of them are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GRID = 64
FLAT = 2.0
LUMA = np.array((0.299, 0.587, 0.114), np.float32)
Floats = NDArray[np.float32]


def grid(image: Image.Image, side: int = GRID) -> Floats:
    """(side, side, 3) means of an RGB photo in 0..255, whatever its shape."""
    return resized(image, (side, side))


def resized(image: Image.Image, size: tuple[int, int]) -> Floats:
    """(H, W, 3) of an RGB photo at (width, height), by area."""
    return np.asarray(image.resize(size, Image.Resampling.BOX, reducing_gap=2.0), np.float32)


def fitting(image: Image.Image, longest: int) -> Floats:
    """(H, W) luma in the photo's own shape; never enlarged."""
    scale = min(1.0, longest / max(image.size))
    return luma(resized(image, (max(1, round(image.width * scale)), max(1, round(image.height * scale)))))


def luma(pixels: Floats) -> Floats:
    """(..., 3) to (...)."""
    return np.asarray(pixels @ LUMA, np.float32)


def alike(one: Floats, two: Floats) -> float:
    """The correlation of two arrays of one shape, -1..1; 0 where either is flat."""
    a, b = one - one.mean(), two - two.mean()
    spread = float(np.sqrt((a * a).mean() * (b * b).mean()))
    return 0.0 if min(a.std(), b.std()) < FLAT / 4 else float((a * b).mean()) / spread


def apart(one: NDArray[Any], two: NDArray[Any]) -> float:
    """The mean absolute difference of two arrays, in levels of 255."""
    return float(np.abs(one.astype(np.float32) - two.astype(np.float32)).mean())
