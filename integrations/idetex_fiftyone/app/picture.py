"""A small picture of a photo with its regions marked."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw

from idetex_plugin.photo.load import load_photo
from idetex_plugin.report.palette import ink
from idetex_plugin.words.box import Box

THIN, THICK = 2, 4


@dataclass(frozen=True)
class Marked:
    """A box to draw: its colour, a number at its corner, whether it is the one that is asked about, and whether it was
    rejected, which leaves only its corners."""

    box: Box
    colour: str
    name: str = ""
    current: bool = False
    faint: bool = False


def picture(path: str, boxes: Iterable[Marked], size: tuple[int, int] = (450, 190)) -> str:
    """A data URL of the photo, at most of this width and height, with the boxes drawn. Raises `photo.PhotoError`."""
    image = _small(path, os.stat(path).st_mtime if os.path.exists(path) else 0.0, size).copy()
    draw = ImageDraw.Draw(image)
    for mark in sorted(boxes, key=lambda mark: mark.current):
        _draw(draw, image, mark)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"


@lru_cache(maxsize=16)
def _small(path: str, changed: float, size: tuple[int, int]) -> Image.Image:
    image = load_photo(path).image
    image.thumbnail(size)
    return image


def _draw(draw: ImageDraw.ImageDraw, image: Image.Image, mark: Marked) -> None:
    left, top, right, bottom = mark.box.to_scaled(image.width - 1, image.height - 1)
    width = THICK if mark.current else THIN
    if mark.faint and not mark.current:
        for x, y in ((left, top), (right, top), (left, bottom), (right, bottom)):
            across, down = (8 if x == left else -8), (8 if y == top else -8)
            draw.line((x, y, x + across, y), fill=mark.colour, width=width)
            draw.line((x, y, x, y + down), fill=mark.colour, width=width)
        return
    draw.rectangle((left, top, right, bottom), outline=ink(mark.colour), width=width + 2)
    draw.rectangle((left + 1, top + 1, right - 1, bottom - 1), outline=mark.colour, width=width)
    if mark.name:
        place = draw.textbbox((left + 5, top + 4), mark.name, font_size=14)
        draw.rectangle((place[0] - 4, place[1] - 3, place[2] + 4, place[3] + 3), fill=mark.colour)
        draw.text((left + 5, top + 4), mark.name, fill=ink(mark.colour), font_size=14)
