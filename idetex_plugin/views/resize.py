"""The size at which a checkpoint is shown a photo, so that its own processor has nothing left to resize."""

from __future__ import annotations

from math import ceil, floor, sqrt

from PIL import Image

from idetex_plugin.words.card import Card


def fitting_size(width: int, height: int, card: Card) -> tuple[int, int]:
    """Width and height in pixels: the photo's own, unless the card's limits or multiple demand others.

    Both sides are multiples of `pixel_multiple` and the shape is kept as far as that allows. The arithmetic is that of
    the Qwen-VL image processors (`smart_resize`), for which the result is a fixed point: boxes in pixels of the resized
    input are then boxes in pixels of this size. A photo thinner than the multiple can exceed `max_pixels`.
    """
    step = card.pixel_multiple
    across, down = max(step, _near(width, step)), max(step, _near(height, step))
    if across * down > card.max_pixels:
        scale = sqrt(width * height / card.max_pixels)
        return max(step, floor(width / scale / step) * step), max(step, floor(height / scale / step) * step)
    if across * down < card.min_pixels:
        scale = sqrt(card.min_pixels / (width * height))
        return ceil(width * scale / step) * step, ceil(height * scale / step) * step
    return across, down


def fit(image: Image.Image, card: Card) -> Image.Image:
    """The photo at its fitting size; the same object when it fits.

    Bicubic with antialiasing, as in the checkpoints' own processors: sharper filters draw halos along edges, which
    would be taken for ringing.
    """
    size = fitting_size(image.width, image.height, card)
    return image if size == image.size else image.resize(size, Image.Resampling.BICUBIC)


def _near(side: int, step: int) -> int:
    return round(side / step) * step
