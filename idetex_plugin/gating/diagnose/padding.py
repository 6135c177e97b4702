"""Bars: rows or columns of one colour around a copy, that the original does not have."""

from __future__ import annotations

import numpy as np
from PIL import Image

from idetex_plugin.gating.diagnose.small import Floats, resized

LONGEST = 256
EVEN = 2.5
Edges = tuple[int, int, int, int]


def content_of(image: Image.Image) -> Edges:
    """left, top, right, bottom in pixels of what is within bars of one colour, but for what coding blurs.

    All of a photo that has no bars or is flat.
    """
    scale = min(1.0, LONGEST / max(image.size))
    pixels = resized(image, (max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    across = pixels.transpose(1, 0, 2)
    top, bottom, left, right = (_bars(side) for side in (pixels, pixels[::-1], across, across[::-1]))
    height, width = pixels.shape[:2]
    if top + bottom >= height or left + right >= width:
        return 0, 0, *image.size
    x, y = image.width / width, image.height / height
    return round(left * x), round(top * y), round((width - right) * x), round((height - bottom) * y)


def colour_of(image: Image.Image, content: Edges) -> tuple[int, int, int]:
    """The colour of the widest bar."""
    left, top, right, bottom = content
    x, y = image.width // 2, image.height // 2
    widths = {
        (0, y): left,
        (x, 0): top,
        (image.width - 1, y): image.width - right,
        (x, image.height - 1): image.height - bottom,
    }
    found = image.getpixel(max(widths, key=widths.__getitem__))
    assert isinstance(found, tuple)
    return (int(found[0]), int(found[1]), int(found[2]))


def _bars(pixels: Floats) -> int:
    """How many rows from the first on are of the first one's colour."""
    first = np.median(pixels[0], axis=0)
    even = np.abs(pixels - first).max((1, 2)) < 4 * EVEN
    even &= np.abs(pixels - first).mean((1, 2)) < EVEN
    return len(even) if even.all() else int(even.argmin())
