"""Statistics of a photo's own pixels: how its contrast is spread over scales, directions, places and tones.

They are what `evidence` networks read beside the checkpoint's reply: a blurred frame has no contrast at the finest
scales even where it has most, noise raises the contrast of the calmest places, a wrong exposure shifts all tones.

Contrast is that of the Haar wavelet (Mallat 1989, A theory for multiresolution signal decomposition), scaled so that
white noise has its own standard deviation at the first level: of pixels a b / c d, across (a - b + c - d) / 2, down
(a + b - c - d) / 2 and diagonal (a - b - c + d) / 2; the next level is that of their means. Its root mean square is
taken over blocks of 16 x 16 pixels, and quantiles over the blocks, most of which say what the photo is like and the
outermost what its calmest and busiest places are. Blocks that are nearly black or white have nothing to say.

What is seen is told from noise by whether magnitudes go together: at an edge or in a texture those of both directions
do, and those of a level and the next (Simoncelli 1999, Modeling the joint statistics of images in the wavelet domain);
those of noise do not, however it is spread.

The pixels are those of up to 32 tiles of 128 x 128 unscaled pixels, on an even grid, so cost does not grow with the
photo; and those of the whole frame at 512 pixels, where the blur of a large photo shows.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

TILE, TILES, SMALL = 128, 32, 512
BLOCK = 16
LEVELS, SMALL_LEVELS = 4, 3
FLOOR = 0.05
DARK, LIGHT, FEWEST = 12, 243, 16
CRUSHED, CLIPPED = 5, 250
CALM, CALMER = 0.3, 0.5
TONES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
DIAGONAL, EDGES, COLOUR = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9), (0.1, 0.25, 0.5, 0.75, 0.9, 0.98), (0.1, 0.5, 0.9)
SMALL_DIAGONAL, SMALL_EDGES = (0.1, 0.5, 0.9), (0.1, 0.5, 0.75, 0.9, 0.98)
FEWEST_COEFFICIENTS, LEAST_VARIATION = 4, 1e-3
Floats = NDArray[np.float32]
Bands = tuple[Floats, Floats, Floats]


def statistics(image: Image.Image) -> dict[str, float]:
    """The statistics of an RGB photo by name, in the same order for every photo; none where a side is under 16 pixels.

    tone.Q: quantile Q of luma over 64; crushed, clipped: log share of luma up to 5, from 250 on. CHANNEL.LEVEL.BAND.Q:
    log of quantile Q of a band's contrast, CHANNEL being y, cb, cr, or small for luma at 512 pixels; BAND being
    diagonal, edges (across and down) or all. CHANNEL.LEVEL.direction: how much the contrast has one direction, 0 to 1,
    as the coherence of the structure tensor. CHANNEL.LEVEL.together.PAIR: correlation of magnitudes within the calmer
    half of the blocks, PAIR being directions (across and down), edges (across, of this level and the next) or diagonal
    (of this level and the next). y.LEVEL.shape: mean absolute over root mean square contrast of the calmest
    blocks, .8 for Gaussian noise, less for coded or sparse detail.
    """
    if min(image.size) < BLOCK:
        return {}
    tiles = _tiles(image)
    luma = tiles[..., 0]
    found = _tones(luma)
    usable = _usable(luma)
    levels = _levels(luma, LEVELS)
    for level, bands in enumerate(levels):
        found |= _contrast(f"y.{level}", bands, usable, BLOCK >> level + 1, DIAGONAL, EDGES)
        if BLOCK >> level + 1 >= FEWEST_COEFFICIENTS:
            found[f"y.{level}.shape"] = _shape(bands[2], usable, BLOCK >> level + 1)
    found |= _together("y", levels, usable)
    for channel, name in ((1, "cb"), (2, "cr")):
        for level, bands in enumerate(_levels(tiles[..., channel], LEVELS)):
            if level:  # most photos store one colour for 2 x 2 pixels
                power = _pooled(bands[0] ** 2 + bands[1] ** 2 + bands[2] ** 2, BLOCK >> level + 1)
                found |= _quantiles(f"{name}.{level}.all", power[usable], COLOUR)
    small = _small(image)
    usable = _usable(small)
    levels = _levels(small, SMALL_LEVELS)
    for level, bands in enumerate(levels):
        found |= _contrast(f"small.{level}", bands, usable, BLOCK >> level + 1, SMALL_DIAGONAL, SMALL_EDGES)
    return found | _together("small", levels, usable)


def _tones(luma: NDArray[np.uint8]) -> dict[str, float]:
    counts = np.bincount(luma.ravel(), minlength=256)
    below = np.cumsum(counts) / luma.size
    found = {f"tone.{q:g}": int(np.searchsorted(below, q)) / 64 for q in TONES}
    return {**found, "crushed": _log(below[CRUSHED]), "clipped": _log(1 - below[CLIPPED - 1])}


def _tiles(image: Image.Image) -> NDArray[np.uint8]:
    """YCbCr (tiles, side, side, 3), fewer and smaller ones of a small photo."""
    width, height = image.size
    across, down = max(1, width // TILE), max(1, height // TILE)
    while across * down > TILES:
        if across >= down:
            across -= 1
        else:
            down -= 1
    wide, high = (min(TILE, side - side % BLOCK) for side in image.size)
    column = Image.new("RGB", (wide, high * across * down))
    for number in range(across * down):
        x = round((number % across + 0.5) * width / across - wide / 2)
        y = round((number // across + 0.5) * height / down - high / 2)
        column.paste(image.crop((x, y, x + wide, y + high)), (0, number * high))
    return np.asarray(column.convert("YCbCr")).reshape(across * down, high, wide, 3)


def _small(image: Image.Image) -> NDArray[np.uint8]:
    """Luma (1, height, width) at 512 pixels, sides a multiple of 16; a smaller photo is not enlarged."""
    ratio = min(1.0, SMALL / max(image.size))
    size = (max(BLOCK, round(image.width * ratio)), max(BLOCK, round(image.height * ratio)))
    gray = image.convert("L")
    luma = np.asarray(gray if ratio == 1 else gray.resize(size, Image.Resampling.BOX))
    height, width = (side - side % BLOCK for side in luma.shape)
    return luma[None, :height, :width]


def _usable(luma: NDArray[np.uint8]) -> NDArray[np.bool_]:
    means = _pooled(luma.astype(np.float32), BLOCK)
    usable = (means > DARK) & (means < LIGHT)
    return usable if usable.sum() >= FEWEST else np.ones_like(usable)


def _levels(values: NDArray[np.uint8], count: int) -> list[Bands]:
    """Across, down and diagonal of each level of (n, H, W), each half the sides of the one before."""
    found: list[Bands] = []
    mean, half = values.astype(np.float32), np.float32(0.5)
    for _ in range(count):
        left, right = mean[:, :, ::2], mean[:, :, 1::2]
        total, step = left + right, left - right
        upper, lower, upper_step, lower_step = total[:, ::2], total[:, 1::2], step[:, ::2], step[:, 1::2]
        found.append((half * (upper_step + lower_step), half * (upper - lower), half * (upper_step - lower_step)))
        mean = half * half * (upper + lower)
    return found


def _contrast(
    name: str, bands: Bands, usable: NDArray[np.bool_], block: int,
    diagonals: tuple[float, ...], edges: tuple[float, ...],
) -> dict[str, float]:  # fmt: skip
    across, down, diagonal = bands
    x, y, both = (float((one * other).mean()) for one, other in ((across, across), (down, down), (across, down)))
    return {
        **_quantiles(f"{name}.diagonal", _pooled(diagonal**2, block)[usable], diagonals),
        **_quantiles(f"{name}.edges", _pooled(across**2 + down**2, block)[usable], edges),
        f"{name}.direction": float(np.hypot(x - y, 2 * both) / (x + y + FLOOR)),
    }


def _together(name: str, levels: list[Bands], usable: NDArray[np.bool_]) -> dict[str, float]:
    found = {}
    for level, (bands, coarser) in enumerate(pairwise(levels)):
        block = BLOCK >> level + 1
        if block < FEWEST_COEFFICIENTS:
            break
        power = _pooled(bands[0] ** 2 + bands[1] ** 2 + bands[2] ** 2, block)
        calm = usable & (power <= np.quantile(power[usable], CALMER))
        across, down, diagonal = (_spread(_blocks(each, block)[calm]) for each in bands)
        coarse = (_blocks(each, block // 2)[calm] for each in (coarser[0], coarser[2]))
        next_across, next_diagonal = (_spread(each.repeat(2, 1).repeat(2, 2)) for each in coarse)
        found[f"{name}.{level}.together.directions"] = _correlation(across, down)
        found[f"{name}.{level}.together.edges"] = _correlation(across, next_across)
        found[f"{name}.{level}.together.diagonal"] = _correlation(diagonal, next_diagonal)
    return found


def _spread(blocks: Floats) -> Floats:
    """Magnitudes (N, b, b) less the mean of their block, in one row."""
    sizes = np.abs(blocks)
    return np.asarray(sizes - sizes.mean((1, 2), keepdims=True), np.float32).ravel()


def _correlation(one: Floats, other: Floats) -> float:
    """Correlation of what varies about 0; 0 where nothing varies."""
    return float(one @ other / (np.sqrt((one @ one) * (other @ other)) + LEAST_VARIATION))


def _blocks(values: Floats, block: int) -> Floats:
    """Blocks (N, block, block) of (n, H, W), in the order of `_pooled`."""
    count, height, width = values.shape
    split = values.reshape(count, height // block, block, width // block, block)
    return np.asarray(split.swapaxes(2, 3).reshape(-1, block, block), np.float32)


def _shape(diagonal: Floats, usable: NDArray[np.bool_], block: int) -> float:
    spread = np.sqrt(_pooled(diagonal**2, block)[usable])
    calm = spread <= np.quantile(spread, CALM)
    return float(np.median((_pooled(np.abs(diagonal), block)[usable] / (spread + FLOOR))[calm]))


def _quantiles(name: str, power: Floats, wanted: tuple[float, ...]) -> dict[str, float]:
    return {f"{name}.{q:g}": _log(value) for q, value in zip(wanted, np.sqrt(np.quantile(power, wanted)), strict=True)}


def _pooled(values: Floats, block: int) -> Floats:
    """Means of blocks of (n, H, W), in one row."""
    count, height, width = values.shape
    blocks = values.reshape(count, height // block, block, width // block, block)
    return np.asarray(blocks.mean((2, 4)).ravel(), np.float32)


def _log(value: float) -> float:
    return float(np.log(value + FLOOR))
