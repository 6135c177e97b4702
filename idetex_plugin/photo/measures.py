"""Plain measures of a photo's pixels: numbers to sort and filter by, and an anchor beside what a model says.

None says whether a photo is good. Each is a sum over pixels, a few milliseconds a megapixel in all. Luma is Y' of ITU-R
BT.601 (.299 R + .587 G + .114 B), 0..255, in whole numbers. The working size is the photo shrunk by area averaging
until its longer side is `WORKING_SIDE`; a smaller photo is not enlarged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

WORKING_SIDE, SAMPLED_SIDE = 512, 128
CRUSHED, CLIPPED = 5, 250
BLOCK = 8
FLAT_STEP = 0.1
DIGITS = 6
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
    counts = np.array(gray.histogram(), np.float64)
    found = {
        **exposure(counts),
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


def exposure(counts: NDArray[np.float64]) -> dict[str, float]:
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
    values = luma.astype(np.int16)
    inner = values[1:-1, 1:-1] * np.int16(-4)
    for neighbour in (values[:-2, 1:-1], values[2:, 1:-1], values[1:-1, :-2], values[1:-1, 2:]):
        inner += neighbour
    flat = inner.ravel().astype(np.float32)
    return max(0.0, float(flat @ flat / flat.size - flat.mean(dtype=np.float64) ** 2)) if flat.size else 0.0


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
    values = luma[:height, :width]
    doubled = np.subtract(values[::2, ::2], values[::2, 1::2], dtype=np.int16)
    doubled -= values[1::2, ::2]
    doubled += values[1::2, 1::2]
    counts = np.bincount(np.abs(doubled, out=doubled).ravel())
    return float(_grouped_median(counts) / 2 / 0.6745)


def blockiness(luma: Luma) -> float:
    """How much larger steps of luma (H, W) are on a grid of 8 pixels than off it.

    For the offset 0..7 of the grid that gives the largest value, as turning and cropping move the grid, along rows and
    columns each: B = (mean |Y(x) - Y(x-1)| on the grid + .1) / (the same off the grid + .1); blockiness is the mean of
    both directions. The .1 keeps flat photos at 1. Source: after Wu and Yuen 1997, A generalized block-edge impairment
    metric for video coding (without its weights for masking).
    """
    return (_grid(_steps(luma[:, 1:], luma[:, :-1], 0)) + _grid(_steps(luma[1:], luma[:-1], 1))) / 2


def colourfulness(pixels: NDArray[np.uint8]) -> float:
    """Of RGB (H, W, 3), a sample on an even grid of at most 128 pixels a side.

    0 for gray, 15 slightly, 45 averagely, 82 highly colourful.
    rg = R - G; yb = (R + G) / 2 - B; sqrt(var rg + var yb) + .3 sqrt(mean(rg)^2 + mean(yb)^2).
    Source: Hasler and Suesstrunk 2003, Measuring colourfulness in natural images.
    """
    red, green, blue = (pixels[..., channel].astype(np.float32) for channel in range(3))
    red_green = red - green
    yellow_blue = (red + green) / 2 - blue
    spread = np.hypot(red_green.std(), yellow_blue.std())
    return float(spread + 0.3 * np.hypot(red_green.mean(), yellow_blue.mean()))


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


def _steps(after: Luma, before: Luma, along: int) -> NDArray[np.float64]:
    """The mean |difference| of each pair of neighbouring columns (along 0) or rows (along 1)."""
    different = np.maximum(after, before) - np.minimum(after, before)
    return np.asarray(different.sum(along, dtype=np.uint32) / max(different.shape[along], 1), np.float64)


def _grid(steps: NDArray[np.float64]) -> float:
    if len(steps) <= BLOCK:
        return 1.0
    offsets = np.arange(len(steps)) % BLOCK
    sums, counts = np.bincount(offsets, steps), np.bincount(offsets)
    off_grid = (sums.sum() - sums) / (len(steps) - counts)
    return float(((sums / counts + FLAT_STEP) / (np.maximum(off_grid, 0) + FLAT_STEP)).max())
