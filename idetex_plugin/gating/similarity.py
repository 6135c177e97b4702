"""SSIMULACRA2 of the worst part of a photo, a cheap look before a model is asked.

Sneyers 2022, by the package ssimulacra2: 100 for the same pixels; 90 is visually lossless, 70 high, 50 medium and 30
low quality. It is measured on one or two parts of some 512 pixels, so that damage in one corner does not drown in an
even sky, and a large photo takes little longer: where structural similarity of luma is lowest, and where colours
differ most.
"""

from __future__ import annotations

import io
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from idetex_plugin.gating.ssim import structural_similarity
from idetex_plugin.words.box import Box

PART = 512
LEAST = 256
NAME = "ssimulacra2"
Part = tuple[int, int, int, int]


def worst_similarity(original: Image.Image, compressed: Image.Image) -> tuple[float, Box]:
    """Of two RGB photos of one size: 0..100, 0 for all that is below, and the part it was measured on.

    Raises ValueError for different sizes.
    """
    if original.size != compressed.size:
        raise ValueError(f"photos of {original.size} and {compressed.size} pixels cannot be compared")
    parts = _parts(*original.size)
    suspects = {min(parts, key=values.__getitem__) for values in _maps(original, compressed, parts)}
    scores = {part: _score(original.crop(part), compressed.crop(part)) for part in suspects}
    worst = min(scores, key=scores.__getitem__)
    return scores[worst], Box.from_scaled(worst, *original.size)


def _parts(width: int, height: int) -> list[Part]:
    columns, rows = (
        np.linspace(0, side, max(1, round(side / PART)) + 1).astype(int).tolist() for side in (width, height)
    )
    return [(left, top, right, bottom) for top, bottom in pairwise(rows) for left, right in pairwise(columns)]


def _maps(original: Image.Image, compressed: Image.Image, parts: list[Part]) -> list[dict[Part, float]]:
    """By part: mean structural similarity, and minus the mean difference of the channels."""
    one, two = (np.asarray(photo.convert("L")) for photo in (original, compressed))
    similar = structural_similarity(one, two)
    colours = -np.abs(np.asarray(original, np.int16) - np.asarray(compressed, np.int16)).astype(np.float32)
    return [{part: _mean(values, part) for part in parts} for values in (similar, colours)]


def _mean(values: NDArray[Any], part: Part) -> float:
    left, top, right, bottom = part
    return float(values[top:bottom, left:right].mean())


def _score(original: Image.Image, compressed: Image.Image) -> float:
    from ssimulacra2 import compute_ssimulacra2

    score = compute_ssimulacra2(_padded(original), _padded(compressed))
    return max(0.0, float(score))


def _padded(photo: Image.Image) -> io.BytesIO:
    """A file, which is what the package takes; mirrored to the size below which it would leave scales out."""
    pixels = np.asarray(photo)
    margins = [(0, max(0, LEAST - side)) for side in pixels.shape[:2]]
    file = io.BytesIO()
    Image.fromarray(np.pad(pixels, [*margins, (0, 0)], mode="symmetric")).save(file, "PPM")
    file.seek(0)
    return file
