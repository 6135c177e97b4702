"""A view of what can be measured in a photo's own pixels: contrast between neighbours, by direction and by distance.

A tower learns such things slowly, and of local damage the other views have few pixels. So this one shows twelve
classical measures of blocks of 8 x 8 unscaled pixels, of up to 128 x 128 blocks: blur lowers the contrast of near
neighbours, motion does so in one direction, noise raises even the calmest part of a block, a coded photo has contrast
at the borders of its blocks, enlarged pixels and flat fills have none.

A cell of 32 x 32 pixels of the view belongs to the same part of the photo as that cell of the other views, and consists
of four squares, each of which maps three measures (as red, green and blue) over the whole cell:

| | |
| --- | --- |
| contrast along x, along y, second difference | contrast along both diagonals, between pixels 4 apart |
| contrast across the blocks' borders along x, along y, share of equal neighbours | second difference of the calmest
quarter, share of pixels at the top, share at the bottom of the range |
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

BLOCK = 8
SQUARE = 16
MOST = 128
OCTAVE = 32
APART = 4
TOP, BOTTOM = 253, 3
Floats = NDArray[np.float32]


def measured(luma: NDArray[np.uint8], cells: int) -> Image.Image:
    """The view, cells * 32 pixels a side, of a photo of this luma (H, W)."""
    maps = _measures(luma)
    side = cells * SQUARE
    squares = []
    for first in range(0, maps.shape[-1], 3):
        square = Image.fromarray(maps[..., first : first + 3]).resize((side, side), Image.Resampling.BILINEAR)
        squares.append(np.asarray(square).reshape(cells, SQUARE, cells, SQUARE, 3))
    out = np.empty((cells, 2, SQUARE, cells, 2, SQUARE, 3), np.uint8)
    for number, square_of_cells in enumerate(squares):
        out[:, number // 2, :, :, number % 2] = square_of_cells
    return Image.fromarray(out.reshape(2 * side, 2 * side, 3))


def _measures(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(rows, columns, 12) in 0..255 of blocks of (H, W) pixels."""
    rows, columns = (_places(side) for side in luma.shape)
    taken = luma.astype(np.int16).take(rows.ravel(), 0).take(columns.ravel(), 1)
    # Axes: pixel's row in its block, block's row, pixel's column, block's column. The outer ones are quick to sum over.
    around = taken.reshape(*rows.shape, *columns.shape)
    inner, last = around[:BLOCK, :, :BLOCK], BLOCK - 1
    x = np.abs(np.diff(around[:BLOCK], axis=2))
    y = np.abs(np.diff(around[:, :, :BLOCK], axis=0))
    second = np.abs(np.diff(inner, 2, axis=0)[:, :, 1:-1] + np.diff(inner, 2, axis=2)[1:-1])
    quarters = [_mean(second[i : i + 3, :, j : j + 3]) for i in (0, 3) for j in (0, 3)]
    contrasts = [
        _mean(x[:, :, :last]), _mean(y[:last]), _mean(second),
        _mean(np.abs(around[1:, :, 1:] - around[:-1, :, :-1])), _mean(np.abs(around[1:, :, :-1] - around[:-1, :, 1:])),
        (_mean(np.abs(inner[APART:] - inner[:-APART])) + _mean(np.abs(inner[:, :, APART:] - inner[:, :, :-APART]))) / 2,
        _mean(x[:, :, last:]), _mean(y[last:]), np.minimum.reduce(quarters),
    ]  # fmt: skip
    shares = [_mean(each) for each in (x[:, :, :last] == 0, inner >= TOP, inner <= BOTTOM)]
    maps = [*OCTAVE * np.log2(1 + 4 * np.stack(contrasts)), *255 * np.stack(shares)]
    ordered = np.stack([*maps[:8], maps[9], maps[8], *maps[10:]], -1)
    return np.asarray(np.clip(np.rint(ordered), 0, 255), np.uint8)


def _places(side: int) -> NDArray[np.int64]:
    """(9, blocks): the pixels of up to 128 blocks along a side, and the one after each."""
    whole = max((side - 1) // BLOCK, 1)
    blocks = np.arange(whole) if whole <= MOST else np.linspace(0, whole - 1, MOST).round().astype(np.int64)
    return np.minimum(np.arange(BLOCK + 1)[:, None] + blocks * BLOCK, side - 1)


def _mean(values: NDArray[np.int16] | NDArray[np.bool_]) -> Floats:
    """Of the pixels of each block: (p, rows, q, columns) -> (rows, columns)."""
    total = values.sum((0, 2), dtype=np.int32)
    return np.asarray(total / np.float32(values.shape[0] * values.shape[2]), np.float32)
