"""A small picture of a photo with one region marked."""

from __future__ import annotations

import base64
import io

from PIL import ImageDraw

from idetex_plugin.photo.load import load_photo
from idetex_plugin.report.palette import ink
from idetex_plugin.words.box import Box

LINE = 3


def picture(path: str, box: Box, colour: str, size: int = 480) -> str:
    """A data URL of the photo, its longest side `size` pixels, with the box drawn. Raises `photo.PhotoError`."""
    image = load_photo(path).image
    image.thumbnail((size, size))
    left, top, right, bottom = box.to_scaled(image.width - 1, image.height - 1)
    draw = ImageDraw.Draw(image)
    draw.rectangle((left, top, right, bottom), outline=ink(colour), width=LINE + 2)
    draw.rectangle((left + 1, top + 1, right - 1, bottom - 1), outline=colour, width=LINE)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
