"""More than 8 bits a channel to 8, so that the scaling itself never looks like a wrong exposure.

The range is what the file says, never a guess from the brightest value: a dark photo stays dark. Images are worked on
in strips, so that the largest photo allowed needs little more memory than its own pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from idetex_plugin.photo.frame import Refusal
from idetex_plugin.words.failure import Reason

STRIP = 1 << 22
DIM = 0.25
GRAY = 128
EMPTY_VALUES = (-9999.0, -32768.0, -32767.0, float(np.finfo(np.float32).min), -float(1 << 31))
"""Values that maps and heights use for "nothing here" when no tag says which."""
MOST_EMPTY = 0.5
Bytes = NDArray[np.uint8]


def sixteen(top: int = 65535) -> Bytes:
    """The table from 16-bit numbers to 8-bit ones, for data in 0..top; more is white."""
    return np.asarray(np.clip(np.rint(np.arange(65536) * (255 / top)), 0, 255), np.uint8)


def gray_of_sixteen(image: Image.Image, notes: list[str], top: int, transparent: int | None) -> Image.Image:
    """L (or LA, when a value is transparent) of an I;16 image, or of an I one that holds 16-bit numbers."""
    table, alpha = sixteen(top), np.full(65536, 255, np.uint8)
    if transparent is not None:
        alpha[min(max(transparent, 0), 65535)] = 0
    high = 0
    out = Image.new("L" if transparent is None else "LA", image.size)
    for box, part in strips(image):
        numbers = np.clip(part, 0, 65535).astype(np.uint16, copy=False)
        high = max(high, int(numbers.max()))
        shown = table[numbers] if transparent is None else np.dstack([table[numbers], alpha[numbers]])
        out.paste(Image.fromarray(shown), box)
    notes.append(f"gray of {max(top.bit_length(), 1)} bits scaled to 8{_dim(high, top)}")
    return out


def gray_of_numbers(image: Image.Image, notes: list[str], empty: float | None = None) -> Image.Image:
    """L of an I or F image: see `eight_bits`."""
    low, high, usable = _ranged((part for _, part in strips(image)), image.mode == "F", empty, notes)
    out = Image.new("L", image.size)
    for box, part in strips(image):
        out.paste(Image.fromarray(_scaled(part, low, high, usable)), box)
    return out


def eight_bits(values: NDArray[Any], notes: list[str], empty: float | None = None) -> Bytes:
    """8-bit numbers of an array of any shape.

    uint16 is taken to fill its range. Floats in 0..1, 0..255 or 0..65535 are taken to use that range; any other range,
    and that of wider integers, is stretched. Values that are not finite, or stand for "nothing here", become middle
    gray. Raises Refusal when half of the values or more are such.
    """
    if values.dtype == np.uint8:
        return values
    if values.dtype == np.uint16:
        notes.append("16 bits a channel scaled to 8")
        return np.asarray(sixteen()[values])
    low, high, usable = _ranged(iter([values]), values.dtype.kind == "f", empty, notes)
    out = np.empty(values.shape, np.uint8)
    rows = max(1, STRIP // max(1, values[0].size))
    for top in range(0, len(values), rows):
        out[top : top + rows] = _scaled(values[top : top + rows], low, high, usable)
    return out


def strips(image: Image.Image) -> Iterator[tuple[tuple[int, int, int, int], NDArray[Any]]]:
    """Boxes that cover the image from top to bottom, each with its pixels."""
    rows = max(1, STRIP // image.width)
    for top in range(0, image.height, rows):
        box = (0, top, image.width, min(top + rows, image.height))
        yield box, np.asarray(image.crop(box))


Usable = Callable[[NDArray[Any]], NDArray[np.bool_]]


def _ranged(
    parts: Iterator[NDArray[Any]], floats: bool, empty: float | None, notes: list[str]
) -> tuple[float, float, Usable]:
    """Lowest and highest number of the range, and which values are in it. Notes what was found."""
    known = EMPTY_VALUES if empty is None else (empty,)
    dropped = np.array([value for value in known if empty is not None or floats], np.float64)

    def usable(part: NDArray[Any]) -> NDArray[np.bool_]:
        good = np.isfinite(part) if floats else np.ones(part.shape, bool)
        for value in dropped:
            with np.errstate(over="ignore"):
                good &= part != (part.dtype.type(value) if floats else value)
        return np.asarray(good)

    low, high, holes, total = np.inf, -np.inf, 0, 0
    for part in parts:
        good = usable(part)
        inside = part[good]
        total, holes = total + part.size, holes + part.size - inside.size
        if inside.size:
            low, high = min(low, float(inside.min())), max(high, float(inside.max()))
    if not total or holes >= MOST_EMPTY * total:
        raise Refusal(Reason.CORRUPT, f"holds no data in {holes} of {total} places")
    if holes:
        notes.append(f"{100 * holes / total:.2g} % of the values hold no data and are shown as middle gray")
    top = next((top for top in (1, 255, 65535) if high <= top), None) if floats and low >= 0 else None
    if top is not None:
        notes.append(f"floats in 0..{top} scaled to 8 bits{_dim(high, top)}")
        return 0.0, float(top), usable
    notes.append(f"values in {low:g}..{high:g} stretched to 8 bits")
    return low, high, usable


def _dim(high: float, top: int) -> str:
    return f"; its brightest value is {high:g} of {top}" if high < DIM * top else ""


def _scaled(part: NDArray[Any], low: float, high: float, usable: Usable) -> Bytes:
    good = usable(part)
    data = np.where(good, part, low).astype(np.float64)
    shown = np.rint((data - low) * (255 / max(high - low, 1e-300)))
    return np.where(good, np.clip(shown, 0, 255), GRAY).astype(np.uint8)
