"""Crop, flip and scale of a labelled image, with exact arithmetic for boxes and for words of place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from idetex_plugin.lab.data.vida.records import Labelled, Mark
from idetex_plugin.words.box import Box

BLOCK = 8
LEAST_KEPT = 0.3
LEAST_AREA = 0.004
MIRRORED = {"left": "right", "right": "left", "leftmost": "rightmost", "rightmost": "leftmost"}
SIDEWAYS = re.compile(r"\b(left|right)(most)?\b", re.IGNORECASE)
PLACED = re.compile(r"\b(left|right|top|bottom|upper|lower|middle|cent(er|re)|corner)(most)?\b", re.IGNORECASE)
Array = TypeVar("Array", bound=NDArray[Any])


@dataclass(frozen=True)
class Framing:
    """A window (left, top, right, bottom) in pixels of an image of `size` (width, height), then a mirroring of left
    and right, then a scale. Borders lie on multiples of 8 pixels where the image allows it, so that the block grid of
    a JPEG keeps its phase."""

    size: tuple[int, int]
    window: tuple[int, int, int, int]
    flip: bool = False
    scale: float = 1.0

    @property
    def cut(self) -> Box:
        """The window, relative to the image."""
        return Box.from_scaled(self.window, *self.size)

    @property
    def new_size(self) -> tuple[int, int]:
        """Width and height afterwards."""
        left, top, right, bottom = self.window
        return max(1, round((right - left) * self.scale)), max(1, round((bottom - top) * self.scale))

    def box(self, box: Box) -> Box | None:
        """Where a box is afterwards, clipped; None if it is outside."""
        cut = self.cut
        part = box.clip(cut)
        if part is None:
            return None
        width, height = cut.x2 - cut.x1, cut.y2 - cut.y1
        x1, x2 = (part.x1 - cut.x1) / width, min((part.x2 - cut.x1) / width, 1.0)
        y1, y2 = (part.y1 - cut.y1) / height, min((part.y2 - cut.y1) / height, 1.0)
        if self.flip:
            x1, x2 = max(1 - x2, 0.0), 1 - x1
        return Box(x1=x1, y1=y1, x2=x2, y2=y2) if x1 < x2 and y1 < y2 else None

    def leaves_slivers(self, boxes: tuple[Box, ...]) -> bool:
        """Whether so little of a box stays in the window that it could be neither reported nor denied."""
        for box in boxes:
            part, after = box.clip(self.cut), self.box(box)
            if part is not None and (
                after is None or part.area < LEAST_KEPT * box.area or after.area < min(LEAST_AREA, box.area)
            ):
                return True
        return False

    def text(self, text: str) -> str:
        """Free text after the change: mirrored, and empty if a crop has made its words of place false."""
        if self.cut.area < 1 and PLACED.search(text):
            return ""
        return mirrored(text) if self.flip else text

    def record(self, record: Labelled) -> Labelled:
        """The record afterwards. A crop has no level or score that people gave; its significances stay in order."""
        marks = []
        for mark in record.marks:
            box = self.box(mark.box)
            if box is not None:
                marks.append(self._mark(mark, box))
        whole = self.cut.area == 1
        width, height = self.new_size
        return record.model_copy(
            update={
                "width": width, "height": height, "marks": tuple(marks), "level": record.level if whole else None,
                "mos": record.mos if whole else None,
            }
        )

    def _mark(self, mark: Mark, box: Box) -> Mark:
        said = {name: self.text(getattr(mark, name)) for name in ("position", "manifestation", "impact")}
        return mark.model_copy(update={**said, "box": box})

    def pixels(self, array: Array) -> Array:
        """The same of pixels or a mask (H, W, …), without the scale."""
        left, top, right, bottom = self.window
        part = array[top:bottom, left:right]
        return np.ascontiguousarray(part[:, ::-1] if self.flip else part)  # type: ignore[return-value]

    def picture(self, image: Image.Image) -> Image.Image:
        """The same of a picture."""
        part = image.crop(self.window)
        if self.flip:
            part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return part if part.size == self.new_size else part.resize(self.new_size, Image.Resampling.LANCZOS)


def mirrored(text: str) -> str:
    """The text with left and right exchanged, in the case of each word."""

    def other(match: re.Match[str]) -> str:
        word = MIRRORED[match[0].lower()]
        return word.upper() if match[0].isupper() else word.capitalize() if match[0][0].isupper() else word

    return SIDEWAYS.sub(other, text)


def draw_framing(
    boxes: tuple[Box, ...], size: tuple[int, int], rng: np.random.Generator, *, smallest: float = 0.6,
    scales: tuple[float, float] = (1.0, 1.0),
) -> Framing:
    """A window of at least `smallest` of each side that leaves no sliver of a box, flipped half the time, scaled by a
    log-uniform factor. After eight windows that would, the whole image is kept."""
    flip, scale = bool(rng.random() < 0.5), float(np.exp(rng.uniform(*np.log(scales))))
    for _ in range(8):
        (left, right), (top, bottom) = (_span(side, rng, smallest) for side in size)
        framing = Framing(size, (left, top, right, bottom), flip, scale)
        if not framing.leaves_slivers(boxes):
            return framing
    return Framing(size, (0, 0, *size), flip, scale)


def _span(side: int, rng: np.random.Generator, smallest: float) -> tuple[int, int]:
    length = max(1, round(side * rng.uniform(smallest, 1)))
    start = int(rng.integers(side - length + 1))
    aligned = start // BLOCK * BLOCK, (start + length) // BLOCK * BLOCK
    return aligned if aligned[1] - aligned[0] >= max(BLOCK, smallest * side) else (0, side)
