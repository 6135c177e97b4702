"""A contact sheet: labelled images in a grid, with their boxes and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont, ImageOps

from idetex_plugin.lab.data.vida.records import Labelled
from idetex_plugin.words.vocabulary import VIDA

SIDE, TALL, LINE, LINES = 300, 226, 14, 5


def contact_sheet(shown: Sequence[tuple[Labelled, Image.Image]], columns: int = 4) -> Image.Image:
    """The images, so many a row."""
    rows = max(1, -(-len(shown) // columns))
    sheet = Image.new("RGB", (columns * SIDE, rows * (TALL + LINE * LINES)), "white")
    for number, (record, image) in enumerate(shown):
        place = number % columns * SIDE, number // columns * (TALL + LINE * LINES)
        sheet.paste(_cell(record, image), place)
    return sheet


def _cell(record: Labelled, image: Image.Image) -> Image.Image:
    cell = Image.new("RGB", (SIDE, TALL + LINE * LINES), "white")
    small = ImageOps.contain(image.convert("RGB"), (SIDE - 8, TALL - 8))
    cell.paste(small, (4, 4))
    draw, font = ImageDraw.Draw(cell), ImageFont.load_default(11)
    draw.text((4, TALL - 2), f"{record.image}: {record.verdict}", "black", font)
    colours = {kind.name: kind.colour for kind in VIDA}
    for row, mark in enumerate(record.marks, 1):
        colour = colours[mark.distortion]
        x1, y1, x2, y2 = mark.box.to_scaled(*small.size)
        draw.rectangle((4 + x1, 4 + y1, 3 + max(x2, x1 + 1), 3 + max(y2, y1 + 1)), outline=colour, width=2)
        if row < LINES:
            severity = f"{mark.severity} " if mark.severity else ""
            text = f"{severity}{mark.distortion.lower()}, {mark.place}"
            draw.text((4, TALL - 2 + row * LINE), text, colour, font)
    return cell
