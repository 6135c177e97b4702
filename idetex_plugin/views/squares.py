"""What the embedded checkpoint is shown of a photo of any size: the whole frame, and what its real pixels are like.

Squashing a large photo into a small square hides noise, blocking and slight blur. So the photo becomes squares of
the same grid of cells: `global`, the whole frame resized; and `detail`, where each cell holds a window of the photo's
own pixels, taken unscaled from the same cell of the photo. Cost does not grow with the photo. Windows start at
multiples of 8 pixels, so the block grid of an unscaled JPEG has one phase in all of them. In a chequerboard, half of
the cells show their busiest window, where blur, blocking and ringing show, and half their calmest, where noise does.
A third square, `measured`, maps measures of all of its pixels, or of many (see `models.measured`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from idetex_plugin.views.measured import measured

WINDOW = 32
STEP = 8


def squares(image: Image.Image, size: int, count: int) -> tuple[Image.Image, ...]:
    """The first `count` views of an RGB photo: global, detail, measured; size x size pixels, a multiple of 32."""
    cells, luma = size // WINDOW, np.asarray(image.convert("L"))
    views = [image.resize((size, size), Image.Resampling.BICUBIC, reducing_gap=3.0), detail(image, luma, cells)]
    if count > len(views):
        views.append(measured(luma, cells))
    return tuple(views)


def detail(image: Image.Image, luma: NDArray[np.uint8], cells: int) -> Image.Image:
    """Windows of 32 x 32 unscaled pixels, one from each of cells x cells cells of a photo of this luma (H, W)."""
    short = min(image.size)
    if short < WINDOW:
        factor = WINDOW / short
        image = image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.BICUBIC)
        luma = np.asarray(image.convert("L"))
    pixels = np.asarray(image)
    activity = _window_activity(luma.astype(np.int16))
    rows, columns = _starts(pixels.shape[0], cells), _starts(pixels.shape[1], cells)
    out = np.empty((cells * WINDOW, cells * WINDOW, 3), np.uint8)
    for i, (top, bottom) in enumerate(rows):
        for j, (left, right) in enumerate(columns):
            block = activity[top:bottom, left:right]
            flat = int(block.argmax() if (i + j) % 2 == 0 else block.argmin())
            y, x = (top + flat // block.shape[1]) * STEP, (left + flat % block.shape[1]) * STEP
            out[i * WINDOW : (i + 1) * WINDOW, j * WINDOW : (j + 1) * WINDOW] = pixels[y : y + WINDOW, x : x + WINDOW]
    return Image.fromarray(out)


def _window_activity(luma: NDArray[np.int16]) -> NDArray[np.int64]:
    """Sum of absolute neighbour differences in the window that starts at each multiple of 8 pixels."""
    height, width = (side // STEP * STEP for side in luma.shape)
    luma = luma[:height, :width]
    change = np.zeros((height, width), np.int32)
    change[:, 1:] += np.abs(np.diff(luma, axis=1))
    change[1:] += np.abs(np.diff(luma, axis=0))
    blocks = change.reshape(height // STEP, STEP, width // STEP, STEP).sum((1, 3))
    total = np.pad(blocks.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    span = WINDOW // STEP
    return np.asarray(total[span:, span:] - total[:-span, span:] - total[span:, :-span] + total[:-span, :-span])


def _starts(side: int, cells: int) -> list[tuple[int, int]]:
    """For each cell the half-open range of window starts, in steps of 8 pixels, that lie in it (at least one)."""
    last = (side // STEP * STEP - WINDOW) // STEP
    ranges = []
    for cell in range(cells):
        low = min(int(np.ceil(cell * side / cells / STEP)), last)
        high = min(int(((cell + 1) * side / cells - WINDOW) // STEP), last)
        if high < low:
            middle = ((cell + 0.5) * side / cells - WINDOW / 2) / STEP
            low = high = int(np.clip(round(middle), 0, last))
        ranges.append((low, high + 1))
    return ranges
