"""Moved by whole pixels: phase correlation of the most detailed part (Guizar-Sicairos et al. 2008, by scikit-image)."""

from __future__ import annotations

import numpy as np
from PIL import Image

from idetex_plugin.gate.diagnose.findings import difference
from idetex_plugin.gate.diagnose.small import Floats, luma
from idetex_plugin.words.verdict import Difference, Kind, Outcome

PART = 256
MOST = 32
EXPLAINED = 0.6


def shift(one: Floats, two: Floats) -> Difference | None:
    """one, two: (H, W) luma of the same part of both, unscaled. A move must explain most of what differs."""
    from skimage.registration import phase_cross_correlation

    (down, across), *_ = phase_cross_correlation(two, one, normalization=None)
    dy, dx = int(down), int(across)
    if (dy, dx) == (0, 0) or max(abs(dy), abs(dx)) > min(MOST, min(one.shape) // 4):
        return None
    height, width = one.shape
    rows, columns = slice(max(0, dy), height + min(0, dy)), slice(max(0, dx), width + min(0, dx))
    back = (slice(max(0, -dy), height + min(0, -dy)), slice(max(0, -dx), width + min(0, -dx)))
    before = float(np.square(one[rows, columns] - two[rows, columns]).mean())
    after = float(np.square(one[back] - two[rows, columns]).mean())
    if after > EXPLAINED * before or before < 1:
        return None
    ways = [f"{abs(dx)} to the {'right' if dx > 0 else 'left'}"] if dx else []
    ways += [f"{abs(dy)} {'down' if dy > 0 else 'up'}"] if dy else []
    pixels = "one pixel" if abs(dx) + abs(dy) == 1 else "pixels"
    words = f"moved by {pixels}: {' and '.join(ways)}"
    return difference(Kind.SHIFTED, Outcome.REVIEW, words, "check-offset", settles=True)


def detailed_part(image: Image.Image) -> tuple[int, int, int, int]:
    """left, top, right, bottom of the part of up to 256 x 256 pixels with the most contrast."""
    across, down = max(1, image.width // PART), max(1, image.height // PART)
    cells = 8
    small = image.resize((across * cells, down * cells), Image.Resampling.BOX, reducing_gap=2.0)
    values = luma(np.asarray(small, np.float32)).reshape(down, cells, across, cells)
    row, column = np.unravel_index(int(values.std((1, 3)).argmax()), (down, across))
    left, top = int(column) * image.width // across, int(row) * image.height // down
    return left, top, min(left + PART, image.width), min(top + PART, image.height)
