"""Plain measures of a photo's pixels: numbers to sort and filter by, and an anchor beside what a model says.

None says whether a photo is good. Each is a sum over pixels, a few milliseconds a megapixel in all. Luma is Y' of ITU-R
BT.601 (.299 R + .587 G + .114 B), 0..255, in whole numbers. The working size is the photo shrunk by area averaging
until its longer side is `WORKING_SIDE`; a smaller photo is not enlarged.

Sums are of whole numbers and exact. They are taken in strips of rows that stay in a core's own cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

WORKING_SIDE, SAMPLED_SIDE = 512, 128
CRUSHED, CLIPPED = 5, 250
BLOCK = 8
FLAT_STEP = 0.1
DIGITS = 6
STRIP_BYTES = 512 << 10
MOST_ADDED = 256
"""Values of 8 bits whose sum fits into 16."""
Luma = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Measure:
    """What people read of a measure: its key, a title, its unit ("" for a plain number), and what it tells."""

    name: str
    title: str
    unit: str
    meaning: str


MEASURES = (
    Measure("mean_luma", "Mean luma", "0-255", "dark against bright"),
    Measure("crushed", "Crushed", "share", f"pixels of luma {CRUSHED} and less"),
    Measure("clipped", "Clipped", "share", f"pixels of luma {CLIPPED} and more"),
    Measure("contrast", "Contrast", "0-127.5", "spread of luma"),
    Measure("sharpness", "Sharpness", "", f"fine detail, at {WORKING_SIDE} pixels"),
    Measure("noise", "Noise", "luma", "grain between neighbouring pixels"),
    Measure("blockiness", "Blockiness", "", "1 without a grid of blocks, more with one"),
    Measure("colourfulness", "Colourfulness", "", "0 for gray, above 80 very colourful"),
    Measure("entropy", "Entropy", "bits", "variety of luma values, at most 8"),
    Measure("aspect", "Aspect", "", "width over height"),
    Measure("megapixels", "Megapixels", "MP", "width times height"),
    Measure("bytes_per_pixel", "Bytes a pixel", "B", "size of the file over its pixels"),
)


def measure(image: Image.Image, file_bytes: int | None = None) -> dict[str, float]:
    """Every measure of an RGB image, by the names of `MEASURES`, to six significant digits; all are finite.

    file_bytes: the size of the encoded file; without it there is no `bytes_per_pixel`.
    """
    width, height = image.size
    gray = image.convert("L")
    luma = np.asarray(gray)
    found = {
        **exposure(_counts(luma)),
        "sharpness": sharpness(np.asarray(_shrunk(gray, WORKING_SIDE, Image.Resampling.BOX))),
        "noise": noise(luma),
        "blockiness": blockiness(luma),
        "colourfulness": colourfulness(np.asarray(_shrunk(image, SAMPLED_SIDE, Image.Resampling.NEAREST))),
        "aspect": width / height,
        "megapixels": width * height / 1e6,
    }
    if file_bytes is not None:
        found["bytes_per_pixel"] = file_bytes / (width * height)
    return {each.name: float(f"{found[each.name]:.{DIGITS}g}") for each in MEASURES if each.name in found}


def exposure(counts: NDArray[np.int64]) -> dict[str, float]:
    """mean_luma, crushed, clipped, contrast and entropy of the photo's counts of luma values (256,).

    With p(v) the share of pixels of luma v: mean_luma m = sum v p(v). crushed = sum of p(v) over v <= 5; clipped the
    same over v >= 250, as coding moves pure black and white by a few steps. contrast = sqrt(sum (v - m)^2 p(v)), the
    root-mean-square contrast (Peli 1990, Contrast in complex images). entropy = -sum p(v) log2 p(v), in bits (Shannon
    1948).
    """
    shares = counts / counts.sum()
    values = np.arange(256)
    mean = shares @ values
    present = shares[shares > 0]
    return {
        "mean_luma": mean,
        "crushed": shares[: CRUSHED + 1].sum(),
        "clipped": shares[CLIPPED:].sum(),
        "contrast": np.sqrt(shares @ (values - mean) ** 2),
        "entropy": max(0.0, -(present @ np.log2(present))),
    }


def sharpness(luma: Luma) -> float:
    """The variance of the Laplacian of luma (H, W) at the working size; 0 for a photo of one colour.

    L(x, y) = Y(x-1, y) + Y(x+1, y) + Y(x, y-1) + Y(x, y+1) - 4 Y(x, y), over all pixels but the outermost. Noise adds
    to it. Source: Pech-Pacheco et al. 2000, Diatom autofocusing in brightfield microscopy.
    """
    height, width = luma.shape
    if height < 3 or width < 3:
        return 0.0
    # The rows lie one behind the other, so that neighbours are at fixed distances; the outermost columns are taken out.
    values = luma.astype(np.int16).ravel()
    inner = values[width:-width] * np.int16(-4)
    inner += values[: -2 * width]
    inner += values[2 * width :]
    inner += values[width - 1 : -width - 1]
    inner += values[width + 1 : values.size - width + 1]
    inner.reshape(height - 2, width)[:, :: width - 1] = 0
    exact = inner.astype(np.float64)
    size = (height - 2) * (width - 2)
    mean = exact.sum() / size
    exact *= exact
    return max(0.0, float(exact.sum() / size - mean**2))


def noise(luma: Luma) -> float:
    """The standard deviation of noise that the diagonal Haar band of luma (H, W) suggests, in steps of luma.

    Over the blocks of 2 x 2 pixels a b / c d of the whole photo: HH = (a - b - c + d) / 2; noise = median |HH| / .6745,
    which for white Gaussian noise is its standard deviation, as edges fill the minority of blocks. The median is taken
    inside the step of whole numbers it falls in, as that of grouped data. Fine texture adds to it; coding and
    denoising take from it. Source: Donoho and Johnstone 1994, Ideal spatial adaptation by wavelet shrinkage.
    """
    height, width = (side - side % 2 for side in luma.shape)
    if not height or not width:
        return 0.0
    counts = np.zeros(1 + 2 * 255, np.int64)
    for strip in _strips(luma[:height, :width], 2):
        pairs = np.ascontiguousarray(strip).view(np.uint16)
        across = (pairs & np.uint16(255)).view(np.int16)
        across -= (pairs >> np.uint16(8)).view(np.int16)
        doubled = across[::2] - across[1::2]
        np.abs(doubled, out=doubled)
        if doubled.max() < 256:
            counts[:256] += _counts(doubled.astype(np.uint8))
        else:
            counts += np.bincount(doubled.ravel(), minlength=len(counts))
    return float(_grouped_median(counts) / 2 / 0.6745)


def blockiness(luma: Luma) -> float:
    """How much larger steps of luma (H, W) are on a grid of 8 pixels than off it.

    For the offset 0..7 of the grid that gives the largest value, as turning and cropping move the grid, along rows and
    columns each: B = (mean |Y(x) - Y(x-1)| on the grid + .1) / (the same off the grid + .1); blockiness is the mean of
    both directions. The .1 keeps flat photos at 1. Source: after Wu and Yuen 1997, A generalized block-edge impairment
    metric for video coding (without its weights for masking).
    """
    height, width = luma.shape
    return (_grid(_across(luma), width - 1, height) + _grid(_down(luma), height - 1, width)) / 2


def colourfulness(pixels: NDArray[np.uint8]) -> float:
    """Of RGB (H, W, 3), a sample on an even grid of at most 128 pixels a side.

    0 for gray, 15 slightly, 45 averagely, 82 highly colourful.
    rg = R - G; yb = (R + G) / 2 - B; sqrt(var rg + var yb) + .3 sqrt(mean(rg)^2 + mean(yb)^2).
    Source: Hasler and Suesstrunk 2003, Measuring colourfulness in natural images.
    """
    red, green, blue = pixels.reshape(-1, 3).T.astype(np.int32)
    red_green, doubled = red - green, red + green - 2 * blue
    means, squares = zip(*((each.mean(), (each * each).mean()) for each in (red_green, doubled)), strict=True)
    mean = np.array(means) / (1, 2)
    variance = np.array(squares) / (1, 4) - mean**2
    return float(np.sqrt(max(0.0, variance.sum())) + 0.3 * np.hypot(*mean))


def _shrunk(image: Image.Image, side: int, way: Image.Resampling) -> Image.Image:
    longer = max(image.size)
    if longer <= side:
        return image
    width, height = (max(1, round(each * side / longer)) for each in image.size)
    return image.resize((width, height), way)


def _grouped_median(counts: NDArray[np.int64]) -> float:
    """Of whole numbers 0.. by their counts, each spread over the half steps around it; 0 if all are 0."""
    below = np.cumsum(counts)
    half = below[-1] / 2
    step = int(np.searchsorted(below, half))
    before = below[step] - counts[step]
    return step - 0.5 + float((half - before) / counts[step])


def _counts(values: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How often each of 0..255 is among the values, (256,).

    Pillow counts four channels in tables of their own, which is quicker than one table: there neighbours that are alike
    wait for each other.
    """
    flat = np.ascontiguousarray(values).ravel()
    whole = flat.size // 4
    counts = np.bincount(flat[4 * whole :], minlength=256)
    if whole:
        channels = Image.frombuffer("CMYK", (whole, 1), flat[: 4 * whole], "raw", "CMYK", 0, 1)
        counts += np.array(channels.histogram()).reshape(4, 256).sum(0)
    return counts


def _strips(luma: Luma, step: int, most: int = STRIP_BYTES) -> Iterator[Luma]:
    """The rows, a multiple of `step` at a time and at most so many; the last ones as they come."""
    rows = min(most, STRIP_BYTES // luma.shape[1]) // step * step or step
    return (luma[top : top + rows] for top in range(0, len(luma), rows))


def _across(luma: Luma) -> NDArray[np.int64]:
    """The sum of |Y(x) - Y(x-1)| over all rows and over x = 1, 9, 17, ...; over x = 2, 10, ...; and so on: (8,)."""
    columns = np.zeros(luma.shape[1], np.int64)
    for strip in _strips(luma, 1, MOST_ADDED):
        # As one long row, which is quicker. The first column then holds steps to the row before.
        values, steps = strip.ravel(), np.zeros(strip.size, np.uint8)
        _step(values[1:], values[:-1], steps[1:])
        columns += steps.reshape(strip.shape).sum(0, dtype=np.uint16)
    columns = np.append(columns[1:], np.zeros(-(len(columns) - 1) % BLOCK, np.int64))
    return np.asarray(columns.reshape(-1, BLOCK).sum(0))


def _down(luma: Luma) -> NDArray[np.int64]:
    """The same of |Y(y) - Y(y-1)|."""
    sums, width, top = np.zeros(BLOCK, np.int64), luma.shape[1], 0
    for strip in _strips(luma[1:], BLOCK, MOST_ADDED):
        steps = np.zeros((len(strip) + -len(strip) % BLOCK, width), np.uint8)
        _step(strip, luma[top : top + len(strip)], steps[: len(strip)])
        sums += steps.reshape(-1, BLOCK * width).sum(0, dtype=np.uint16).reshape(BLOCK, width).sum(1, dtype=np.int64)
        top += len(strip)
    return sums


def _step(after: Luma, before: Luma, into: Luma) -> None:
    """|after - before|."""
    np.maximum(after, before, out=into)
    into -= np.minimum(after, before)


def _grid(sums: NDArray[np.int64], steps: int, pixels: int) -> float:
    """sums: of the steps on each offset of the grid, (8,). steps: how many there are along the photo, each the sum of
    so many pixels'."""
    if steps <= BLOCK:
        return 1.0
    counts = (steps + BLOCK - 1 - np.arange(BLOCK)) // BLOCK * pixels
    off_grid = (sums.sum() - sums) / (steps * pixels - counts)
    return float(((sums / counts + FLAT_STEP) / (off_grid + FLAT_STEP)).max())
