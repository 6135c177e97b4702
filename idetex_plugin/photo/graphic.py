"""Whether a picture is a graphic (text, screenshot, line art, plot, icon) and not a photograph: a cheap classical test.

Up to 36 tiles of 64 x 64 unscaled pixels, spread evenly, are looked at. A graphic has few colours, exact repeats and
hard edges, also after JPEG or a scanner: most pixels share eight colours, so do most of those that are not background,
and many neighbours differ strongly. Photographs with a clipped or plain background lack the second; coarse JPEG has its
changes at the borders of its blocks. Limits and errors measured on photographs and graphics: see docs/photos.md.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Kind = Literal["photo", "graphic"]
PHOTO: Kind = "photo"
GRAPHIC: Kind = "graphic"
TILE, TILES = 64, 6
BLOCK, PART = 8, 16
EDGE = 40
SLIGHT = 2
SHARED_COLOURS, SHARED_REST = 0.70, 0.45
EQUAL, SOME_EDGES, MANY_EDGES = 0.5, 0.025, 0.05
ON_BLOCKS = 1.6
Bytes = NDArray[np.uint8]


def kind_of_picture(image: Image.Image) -> Kind:
    """`GRAPHIC` or `PHOTO`, of an RGB image."""
    pixels = _tiles(image)
    colours, rest = shares_of_colours(pixels)
    if colours <= SHARED_COLOURS or rest <= SHARED_REST:
        return PHOTO
    edges, equal, blocks = edges_of(pixels)
    hard = edges > (SOME_EDGES if equal > EQUAL else MANY_EDGES)
    return GRAPHIC if hard and blocks < ON_BLOCKS else PHOTO


def shares_of_colours(pixels: Bytes) -> tuple[float, float]:
    """Share of the eight most frequent colours of 5 bits a channel; the same without the most frequent.

    Of every second pixel along both sides."""
    red, green, blue = ((pixels[:, ::2, ::2, band] >> 3).astype(np.int32) for band in range(3))
    counts = np.bincount((red << 10 | green << 5 | blue).ravel())
    counts = np.sort(counts[counts > 0])[::-1]
    rest = counts[1:].sum()
    return float(counts[:8].sum() / counts.sum()), float(counts[1:9].sum() / rest) if rest else 1.0


def edges_of(pixels: Bytes) -> tuple[float, float, float]:
    """Of right neighbours: the share that differ by more than 40 levels; the share that are alike, in parts of 16 x 16
    pixels that are not flat; how much more often they differ at multiples of 8 than elsewhere."""
    steps = np.abs(np.diff(pixels.astype(np.int16), axis=2))
    across = _greatest(steps)
    columns = (across > SLIGHT).mean((0, 1))
    at_border = np.arange(len(columns)) % BLOCK == BLOCK - 1
    elsewhere = columns[~at_border].mean() if (~at_border).any() else 0.0
    blocks = float(columns[at_border].mean() / (elsewhere + 1e-4)) if at_border.any() else 1.0
    return float((across > EDGE).mean()), _equal(pixels, across), blocks


def _equal(pixels: Bytes, across: NDArray[Any]) -> float:
    high, wide = (side // PART * PART for side in across.shape[1:])
    if not high or not wide:
        return float((across == 0).mean())
    light = _greatest(pixels[:, :high, :wide]).reshape(-1, high // PART, PART, wide // PART, PART)
    alike = (across[:, :high, :wide] == 0).reshape(light.shape).mean((2, 4))
    busy = light.max((2, 4)).astype(int) - light.min((2, 4)) > EDGE // 2
    return float(alike[busy].mean()) if busy.any() else 1.0


def _greatest(values: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(np.maximum(np.maximum(values[..., 0], values[..., 1]), values[..., 2]))


def _tiles(image: Image.Image) -> Bytes:
    """(tiles, height, width, 3); every tile starts at multiples of 8."""
    width, height = min(TILE, image.width), min(TILE, image.height)
    tops, lefts = (_starts(image.height, height), _starts(image.width, width))
    places = [(x, y) for y in tops for x in lefts]
    beneath = Image.new("RGB", (width, height * len(places)))
    for number, (x, y) in enumerate(places):
        beneath.paste(image.crop((x, y, x + width, y + height)), (0, number * height))
    return np.asarray(beneath).reshape(len(places), height, width, 3)


def _starts(side: int, tile: int) -> list[int]:
    count = min(TILES, max(1, side // tile))
    return sorted({int(place) // BLOCK * BLOCK for place in np.linspace(0, side - tile, count)})
