"""Bars: rows or columns of one colour around a copy, that the original does not have."""

from __future__ import annotations

import numpy as np
from PIL import Image

from idetex_plugin.gate.diagnose.small import Floats, resized

LONGEST = 256
EVEN = 2.5
LEAST = 0.02


def content_of(image: Image.Image) -> tuple[float, float, float, float]:
    """left, top, right, bottom in 0..1 of what is within bars of one colour; 0 0 1 1 of a photo that is flat."""
    scale = min(1.0, LONGEST / max(image.size))
    pixels = resized(image, (max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    top, bottom = _bars(pixels), _bars(pixels[::-1])
    across = pixels.transpose(1, 0, 2)
    left, right = _bars(across), _bars(across[::-1])
    height, width = pixels.shape[:2]
    if top + bottom >= height or left + right >= width:
        return 0.0, 0.0, 1.0, 1.0
    return left / width, top / height, 1 - right / width, 1 - bottom / height


def colour_of(image: Image.Image, content: tuple[float, float, float, float]) -> tuple[int, int, int]:
    """The colour of the widest bar."""
    left, top, right, bottom = content
    widths = {(0.0, 0.5): left, (0.5, 0.0): top, (0.999, 0.5): 1 - right, (0.5, 0.999): 1 - bottom}
    x, y = max(widths, key=widths.__getitem__)
    found = image.getpixel((int(x * image.width), int(y * image.height)))
    assert isinstance(found, tuple)
    return (int(found[0]), int(found[1]), int(found[2]))


def _bars(pixels: Floats) -> int:
    """How many rows from the first on are of the first one's colour."""
    first = np.median(pixels[0], axis=0)
    even = np.abs(pixels - first).max((1, 2)) < 4 * EVEN
    even &= np.abs(pixels - first).mean((1, 2)) < EVEN
    return len(even) if even.all() else int(even.argmin())
