"""Where in the original a copy lies that shows only a part of it, by templates over scales and phase correlation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from idetex_plugin.gating.diagnose.correlate import match, offset
from idetex_plugin.gating.diagnose.small import Floats, fitting, luma

COARSE, FINE = 96, 256
STEP, MOST_ZOOM = 1.1, 4.0
NEAR = (0.95, 0.965, 0.98, 0.99, 1.0, 1.01, 1.02, 1.035, 1.05)
LEAST_SIDE = 6
SAME = 0.01
ALIGNED = 512
Edges = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """left, top, right, bottom in pixels of the original; and how alike the part and the copy are, -1..1."""

    edges: Edges
    alike: float


def locate(old: Image.Image, new: Image.Image) -> Place | None:
    """The part of an RGB original that an RGB copy shows, at any scale down to a quarter; None for too small a copy."""
    fill = min(old.width / new.width, old.height / new.height)
    scales = [fill / STEP**step for step in range(int(np.log(MOST_ZOOM) / np.log(STEP)) + 1)]
    exact = [fill] + ([1.0] if fill > 1 else [])
    found = _best(old, new, {*scales, *exact}, COARSE)
    if found is None:
        return None
    known = _best(old, new, exact, FINE)
    scale = found[0]
    near = {scale * factor for factor in NEAR if scale * factor <= fill * 1.0001}
    finer = _best(old, new, near, FINE)
    choices = [each for each in (known, finer) if each is not None]
    if not choices:
        return None
    best = max(choices, key=lambda each: each[1].alike)
    if known is not None and known[1].alike >= best[1].alike - SAME:
        best = known
    return _aligned(old, new, best[1])


def part_of(old: Image.Image, edges: Edges, size: tuple[int, int]) -> Image.Image:
    """The part at a size, its borders in fractions of a pixel."""
    left, top, right, bottom = edges
    box = (max(0.0, left), max(0.0, top), min(float(old.width), right), min(float(old.height), bottom))
    return old.resize(size, Image.Resampling.LANCZOS, box=box)


def _best(old: Image.Image, new: Image.Image, scales: Iterable[float], longest: int) -> tuple[float, Place] | None:
    """The best of these scales (pixels of the original a pixel of the copy)."""
    field = fitting(old, longest)
    across, down = field.shape[1] / old.width, field.shape[0] / old.height
    best: tuple[float, Place] | None = None
    for scale in sorted(scales, reverse=True):
        width, height = round(new.width * scale * across), round(new.height * scale * down)
        if min(width, height) < LEAST_SIDE:
            continue
        template = _template(new, (min(width, field.shape[1]), min(height, field.shape[0])))
        if template.std() < 1:
            return None
        scores = match(field, template)
        row, column = np.unravel_index(int(scores.argmax()), scores.shape)
        score = float(scores[row, column])
        if best is None or score > best[1].alike:
            left, top = column / across, row / down
            edges = (left, top, left + new.width * scale, top + new.height * scale)
            best = (scale, Place(_inside(edges, old), score))
    return best


def _template(image: Image.Image, size: tuple[int, int]) -> Floats:
    shrinks = size[0] <= image.width
    kind = Image.Resampling.BOX if shrinks else Image.Resampling.BILINEAR
    return luma(np.asarray(image.resize(size, kind), np.float32))


def _inside(edges: Edges, old: Image.Image) -> Edges:
    left, top, right, bottom = edges
    left = min(max(0.0, left), max(0.0, old.width - (right - left)))
    top = min(max(0.0, top), max(0.0, old.height - (bottom - top)))
    width, height = edges[2] - edges[0], edges[3] - edges[1]
    return left, top, min(left + width, float(old.width)), min(top + height, float(old.height))


def _aligned(old: Image.Image, new: Image.Image, place: Place) -> Place:
    """The place moved by what correlation finds, to a fraction of a pixel of the copy."""
    scale = min(1.0, ALIGNED / max(new.size))
    size = (max(1, round(new.width * scale)), max(1, round(new.height * scale)))
    target = luma(np.asarray(new.resize(size, Image.Resampling.BOX), np.float32))
    edges, score = place.edges, place.alike
    for _ in range(2):
        part = luma(np.asarray(part_of(old, edges, size), np.float32))
        down, across = offset(part, target)
        per = ((edges[2] - edges[0]) / size[0], (edges[3] - edges[1]) / size[1])
        if abs(across) > size[0] / 8 or abs(down) > size[1] / 8:
            break
        moved = (edges[0] - across * per[0], edges[1] - down * per[1], edges[2] - across * per[0],
                 edges[3] - down * per[1])  # fmt: skip
        moved = _inside(moved, old)
        after = luma(np.asarray(part_of(old, moved, size), np.float32))
        now = _correlation(after, target)
        if now <= max(score, _correlation(part, target)):
            score = max(score, _correlation(part, target))
            break
        edges, score = moved, now
    return Place(edges, score)


def _correlation(one: Floats, two: Floats) -> float:
    return float(np.corrcoef(one.ravel(), two.ravel())[0, 1])
