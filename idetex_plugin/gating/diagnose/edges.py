"""Damage at an edge: a few lines that an encoder wrote wrongly, or a part that was never written."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image

from idetex_plugin.gating.diagnose.findings import difference
from idetex_plugin.gating.diagnose.small import Floats, apart
from idetex_plugin.words.box import Box
from idetex_plugin.words.verdict import Difference, Kind, Outcome

STRIP, INNER = 16, 8
OFF, TIMES = 14.0, 4.0
SIDE = 128
EVEN, DETAILED = 0.8, 2.0
"""Mean steps from line to line: of what shows nothing, and of an original that shows something."""
WRONG, QUITE_WRONG = 10.0, 25.0
RIGHT = 0.25
LEAST = 4
SIDES = ("top", "bottom", "left", "right")


def edge(old: Image.Image, new: Image.Image) -> Difference | None:
    """The first lines at an edge that differ far more than those within; both RGB photos show one frame."""
    found = {side: _lines(old, new, side) for side in SIDES if min(new.size) > 2 * STRIP}
    side = max(found, key=lambda name: found[name], default="")
    count = found.get(side, 0)
    if not 0 < count <= INNER:
        return None
    line = ("row" if side in {"top", "bottom"} else "column") + ("s" if count > 1 else "")
    words = (
        f"edge damaged: {count} {line} at the {side} differ from the original"
        if count > 1
        else (f"edge damaged: one {line} at the {side} differs from the original")
    )
    return difference(Kind.EDGE, Outcome.REVIEW, words, "check-edge", box=_box(side, count, new.size))


def missing(one: Floats, two: Floats) -> Difference | None:
    """A part at an edge where each line of the copy is like the one before, and those of the original are not.

    one, two: (128, 128, 3) pictures of one frame.
    """
    parts = dict(_even_parts(one, two))
    side = max(parts, key=lambda name: parts[name], default="")
    if not side:
        return None
    share = parts[side] / SIDE
    words = f"truncated: {share:.0%} of the copy, at the {side}, shows nothing"
    box = _box(side, parts[side], (SIDE, SIDE))
    return difference(Kind.TRUNCATED, Outcome.REJECT, words, "encode-again", settles=True, box=box)


def _even_parts(one: Floats, two: Floats) -> Iterator[tuple[str, int]]:
    for side in SIDES:
        a, b = _from(one, side), _from(two, side)
        steps = np.abs(np.diff(b, axis=0)).mean((1, 2))
        even = int((steps > EVEN).argmax()) if (steps > EVEN).any() else 0
        wrong = apart(a[:even], b[:even]) if even >= LEAST else 0.0
        if wrong < WRONG or apart(a[even + 1 :], b[even + 1 :]) > RIGHT * wrong:
            continue
        if wrong >= QUITE_WRONG or float(np.abs(np.diff(a[: even + 1], axis=0)).mean()) >= DETAILED:
            yield side, even


def _from(pixels: Floats, side: str) -> Floats:
    """The lines in order from this side on."""
    lines = pixels if side in {"top", "bottom"} else pixels.transpose(1, 0, 2)
    return lines if side in {"top", "left"} else lines[::-1]


def _lines(old: Image.Image, new: Image.Image, side: str) -> int:
    """How many lines from this edge on are off."""
    width, height = new.size
    box = {
        "top": (0, 0, width, STRIP), "bottom": (0, height - STRIP, width, height),
        "left": (0, 0, STRIP, height), "right": (width - STRIP, 0, width, height),
    }[side]  # fmt: skip
    one, two = (np.asarray(image.crop(box), np.float32) for image in (old, new))
    off = np.abs(_from(one, side) - _from(two, side)).mean((1, 2))
    inner = float(np.median(off[INNER:]))
    wrong = off > max(OFF, TIMES * inner)
    return STRIP if wrong.all() else int(wrong.argmin())


def _box(side: str, count: int, size: tuple[int, int]) -> Box:
    width, height = size
    edges = {
        "top": (0, 0, width, count), "bottom": (0, height - count, width, height),
        "left": (0, 0, count, height), "right": (width - count, 0, width, height),
    }[side]  # fmt: skip
    return Box.from_scaled(edges, width, height)
