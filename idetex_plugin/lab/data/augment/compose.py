"""Several labelled images as one: more regions in a frame, each with its exact box."""

from __future__ import annotations

from PIL import Image

from idetex_plugin.lab.data.vida.records import Labelled, Mark
from idetex_plugin.words.box import Box

Sizes = tuple[tuple[int, int], tuple[int, int]]


def beside(first: Labelled, second: Labelled, image: str) -> Labelled:
    """The two images side by side at the height of the lower one, as `image`. Positions follow from the boxes, and what
    people said of either image as a whole is left out."""
    (left, height), (right, _) = sizes(first, second)
    share = left / (left + right)
    marks: list[Mark] = []
    for record, start, width in ((first, 0.0, share), (second, share, 1 - share)):
        for mark in record.marks:
            box = mark.box
            x1, x2 = start + box.x1 * width, min(start + box.x2 * width, 1.0)
            if x1 < x2:
                placed = Box(x1=x1, y1=box.y1, x2=x2, y2=box.y2)
                said = {"position": "", "significance": None, "id": len(marks)}
                marks.append(mark.model_copy(update={**said, "box": placed}))
    return Labelled(image=image, width=left + right, height=height, distortions=tuple(marks))


def sizes(first: Labelled, second: Labelled) -> Sizes:
    """Width and height of both parts, at the height of the lower image."""
    height = min(first.height, second.height)
    widths = [max(1, round(each.width * height / each.height)) for each in (first, second)]
    return (widths[0], height), (widths[1], height)


def picture_beside(first: Image.Image, second: Image.Image, parts: Sizes) -> Image.Image:
    """The picture of `beside`; `parts` are the `sizes` of the two records."""
    canvas = Image.new("RGB", (parts[0][0] + parts[1][0], parts[0][1]))
    canvas.paste(first.convert("RGB").resize(parts[0], Image.Resampling.LANCZOS), (0, 0))
    canvas.paste(second.convert("RGB").resize(parts[1], Image.Resampling.LANCZOS), (parts[0][0], 0))
    return canvas
