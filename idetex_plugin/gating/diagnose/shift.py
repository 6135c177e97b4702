"""Moved by whole pixels: correlation of the most detailed part."""

from __future__ import annotations

import numpy as np
from PIL import Image

from idetex_plugin.gating.diagnose.correlate import offset
from idetex_plugin.gating.diagnose.findings import difference
from idetex_plugin.gating.diagnose.small import FLAT, Floats, luma
from idetex_plugin.words.verdict import Difference, Kind, Outcome

PART = 256
MOST = 32
MARGIN = 8
EXPLAINED, WELL_EXPLAINED = 0.6, 0.35
LEAST = 1.0
CELLS = 8


def parts(old: Image.Image, new: Image.Image) -> tuple[Floats, Floats]:
    """Luma of the most detailed part of up to 256 x 256 pixels of an original, and of the same part of a copy.

    Without the margins of the photo, where other things go wrong.
    """
    left, top, right, bottom = detailed_part(old)
    inset = MARGIN if min(old.size) > 8 * MARGIN else 0
    box = (max(left, inset), max(top, inset), min(right, old.width - inset), min(bottom, old.height - inset))
    one, two = (luma(np.asarray(image.crop(box), np.float32)) for image in (old, new))
    return one, two


def shift(one: Floats, two: Floats) -> Difference | None:
    """one, two: (H, W) luma of the same part of both, unscaled. A move must explain most of what differs."""
    if min(one.std(), two.std()) < FLAT:
        return None
    near = {move: _left(one, two, *move) for move in ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))}
    if min(near, key=near.__getitem__) == (0, 0) or near[0, 0] < LEAST:
        return None
    moves = dict(near)
    for phase in (False, True):
        down, across = (round(by) for by in offset(one, two, phase=phase))
        if max(abs(down), abs(across)) <= min(MOST, min(one.shape) // 4):
            moves[down, across] = _left(one, two, down, across)
    dy, dx = min(moves, key=moves.__getitem__)
    if moves[dy, dx] > (EXPLAINED if max(abs(dy), abs(dx)) <= 1 else WELL_EXPLAINED) * moves[0, 0]:
        return None
    ways = [f"{abs(dx)} to the {'right' if dx > 0 else 'left'}"] if dx else []
    ways += [f"{abs(dy)} {'down' if dy > 0 else 'up'}"] if dy else []
    pixels = "one pixel" if abs(dx) + abs(dy) == 1 else "pixels"
    words = f"moved by {pixels}: {' and '.join(ways)}"
    return difference(Kind.SHIFTED, Outcome.REVIEW, words, "check-offset", settles=True)


def _left(one: Floats, two: Floats, dy: int, dx: int) -> float:
    """The mean square of what differs once the original is moved too."""
    height, width = one.shape
    there = two[max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)]
    here = one[max(0, -dy) : height + min(0, -dy), max(0, -dx) : width + min(0, -dx)]
    return float(np.square(here - there).mean())


def detailed_part(image: Image.Image) -> tuple[int, int, int, int]:
    """left, top, right, bottom of the part of up to 256 x 256 pixels with the most contrast."""
    across, down = (max(1, round(2 * side / PART) - 1) for side in image.size)
    small = image.resize(((across + 1) * CELLS, (down + 1) * CELLS), Image.Resampling.BOX, reducing_gap=2.0)
    values = np.abs(np.diff(luma(np.asarray(small, np.float32)), axis=1, append=0))
    halves = values.reshape(down + 1, CELLS, across + 1, CELLS)[..., :-1].mean((1, 3))
    busy = halves[:-1, :-1] + halves[1:, :-1] + halves[:-1, 1:] + halves[1:, 1:]
    row, column = np.unravel_index(int(busy.argmax()), busy.shape)
    left = round(int(column) * max(0, image.width - PART) / max(1, across - 1))
    top = round(int(row) * max(0, image.height - PART) / max(1, down - 1))
    return left, top, min(left + PART, image.width), min(top + PART, image.height)
