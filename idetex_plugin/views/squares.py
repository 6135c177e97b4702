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
STRIP_BYTES = 256 << 10
"""Of rows that are looked at together, so that they stay in a core's own cache."""


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
    activity = _window_activity(luma)
    rows, columns = _starts(image.height, cells), _starts(image.width, cells)
    out = Image.new("RGB", (cells * WINDOW, cells * WINDOW))
    for i, (top, bottom) in enumerate(rows):
        for j, (left, right) in enumerate(columns):
            block = activity[top:bottom, left:right]
            flat = int(block.argmax() if (i + j) % 2 == 0 else block.argmin())
            y, x = (top + flat // block.shape[1]) * STEP, (left + flat % block.shape[1]) * STEP
            out.paste(image.crop((x, y, x + WINDOW, y + WINDOW)), (j * WINDOW, i * WINDOW))
    return out


def _window_activity(luma: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Sum of absolute neighbour differences in the window that starts at each multiple of 8 pixels."""
    height, width = (side // STEP * STEP for side in luma.shape)
    luma = luma[:height, :width]
    rows = max(1, STRIP_BYTES // (STEP * width)) * STEP
    blocks = np.concatenate([_block_activity(luma, top, min(top + rows, height)) for top in range(0, height, rows)])
    total = np.pad(blocks.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    span = WINDOW // STEP
    return np.asarray(total[span:, span:] - total[:-span, span:] - total[span:, :-span] + total[:-span, :-span])


def _block_activity(luma: NDArray[np.uint8], top: int, bottom: int) -> NDArray[np.int64]:
    """The same in each block of 8 x 8 pixels between two rows, which are multiples of 8."""
    values = luma[top:bottom].ravel()
    across, down = np.zeros((2, bottom - top, luma.shape[1]), np.uint8)
    # As one long row, which is quicker. The first column then holds differences to the row before, and is emptied.
    _difference(values[1:], values[:-1], across.ravel()[1:])
    across[:, 0] = 0
    first = max(top, 1)
    _difference(luma[first:bottom], luma[first - 1 : bottom - 1], down[first - top :])
    sums = _by_eight_rows(across) + _by_eight_rows(down)
    return np.asarray(sums.reshape(len(sums), -1, STEP).sum(2, dtype=np.int64))


def _by_eight_rows(values: NDArray[np.uint8]) -> NDArray[np.uint16]:
    return np.asarray(values.reshape(-1, STEP, values.shape[1]).sum(1, dtype=np.uint16))


def _difference(one: NDArray[np.uint8], other: NDArray[np.uint8], into: NDArray[np.uint8]) -> None:
    np.maximum(one, other, out=into)
    into -= np.minimum(one, other)


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
