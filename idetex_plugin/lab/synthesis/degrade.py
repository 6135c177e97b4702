"""The ten ViDA distortions as functions of pixels, each at three severities.

Every function takes RGB uint8 pixels (H, W, 3), a severity and a random generator, and gives pixels of the same shape
and type. Parameter ranges are for a photo of about 640 pixels on its longest side; spatial ones grow with the square
root of the size, since a larger photo is both viewed larger and sampled finer.

Sources of the ranges: DQ-495K (gaussian blur sigma 1-5, lens blur radius 2-8, JPEG quality 25-5, noise sigma .05-.25)
and KADID-10k; their weakest levels are dropped where they cannot be seen without a reference. Edge aliasing, edge
ringing and solid colour are in no published code: nearest-neighbour resampling, an ideal low-pass filter or an
excessive unsharp mask, and flat fills stand for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from idetex_plugin.lab.data.photos import Pixels
from idetex_plugin.words.vocabulary import Severity

Degrade = Callable[[Pixels, Severity, np.random.Generator], Pixels]
Range = tuple[float, float]
REFERENCE_SIDE = 640


def draw(ranges: tuple[Range, Range, Range], severity: Severity, rng: np.random.Generator) -> float:
    low, high = ranges[severity.rank - 1]
    return float(rng.uniform(low, high))


def scale(pixels: Pixels) -> float:
    return float(max(1.0, max(pixels.shape[:2]) / REFERENCE_SIDE) ** 0.5)


def _clip(values: NDArray[Any]) -> Pixels:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def _filter(pixels: Pixels, kernel: NDArray[np.float32]) -> Pixels:
    return np.asarray(cv2.filter2D(pixels, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT), np.uint8)


def _resampled(pixels: Pixels, factor: float, down: int, up: int) -> Pixels:
    height, width = pixels.shape[:2]
    size = (max(2, round(width / factor)), max(2, round(height / factor)))
    small = cv2.resize(pixels, size, interpolation=down)
    return np.asarray(cv2.resize(small, (width, height), interpolation=up), np.uint8)


def low_clarity(pixels: Pixels, severity: Severity, rng: np.random.Generator) -> Pixels:
    """Gaussian blur, or shrinking and enlarging again: soft without a direction or a disc."""
    if rng.random() < 0.6:
        sigma = draw(((1.1, 1.5), (2.0, 2.8), (3.8, 5.5)), severity, rng) * scale(pixels)
        return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma, borderType=cv2.BORDER_REFLECT), np.uint8)
    factor = draw(((2.2, 2.8), (3.6, 4.8), (6.5, 9.0)), severity, rng) * scale(pixels)
    return _resampled(pixels, factor, cv2.INTER_AREA, cv2.INTER_CUBIC)


def motion_blur(pixels: Pixels, severity: Severity, rng: np.random.Generator) -> Pixels:
    """Average along a line of 6-34 pixels at any angle."""
    length = draw(((6, 8), (11, 15), (22, 34)), severity, rng) * scale(pixels)
    radius = int(np.ceil(length / 2))
    angle = rng.uniform(0, np.pi)
    kernel = np.zeros((2 * radius + 1, 2 * radius + 1), np.float32)
    dx, dy = np.cos(angle) * length / 2, np.sin(angle) * length / 2
    shift = 4
    ends = [(round((radius + s * dx) * 2**shift), round((radius + s * dy) * 2**shift)) for s in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA, shift)
    return _filter(pixels, kernel)


def out_of_focus(pixels: Pixels, severity: Severity, rng: np.random.Generator) -> Pixels:
    """Convolution with a disc (circle of confusion) of radius 2-11 pixels."""
    radius = draw(((2.0, 2.7), (3.8, 5.2), (7.5, 11.0)), severity, rng) * scale(pixels)
    reach = int(np.ceil(radius))
    yy, xx = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(xx, yy), 0, 1).astype(np.float32)
    return _filter(pixels, kernel)


def blocking(pixels: Pixels, severity: Severity, rng: np.random.Generator) -> Pixels:
    """JPEG with 4:2:0 chroma at quality 24-3."""
    quality = round(draw(((16, 24), (9, 13), (3, 6)), severity, rng))
    return jpeg(pixels, quality)


def jpeg(pixels: Pixels, quality: int) -> Pixels:
    """Encode and decode as baseline JPEG."""
    ok, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not ok:
        raise ValueError(f"cannot encode pixels of shape {pixels.shape}")
    return np.ascontiguousarray(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])


def aliasing(pixels: Pixels, severity: Severity, rng: np.random.Generator) -> Pixels:
    """Resample without a filter (nearest neighbour down and up by 2-6): staircases on edges."""
    factor = draw(((2.0, 2.4), (2.9, 3.6), (4.5, 6.0)), severity, rng) * scale(pixels)
    return _resampled(pixels, factor, cv2.INTER_NEAREST, cv2.INTER_NEAREST)


def ringing(pixels: Pixels, severity: Severity, rng: np.random.Generator) -> Pixels:
    """Halos from an excessive unsharp mask, or ripples from a sinc (ideal low-pass) kernel."""
    if rng.random() < 0.6:
        sigma = float(rng.uniform(1.2, 2.2)) * scale(pixels)
        amount = draw(((1.8, 2.6), (4.0, 5.5), (9.0, 14.0)), severity, rng)
        soft = cv2.GaussianBlur(pixels, (0, 0), sigma).astype(np.float32)
        return _clip(pixels + amount * (pixels - soft))
    cutoff = 1 / (draw(((1.9, 2.4), (3.2, 4.2), (6.0, 8.0)), severity, rng) * scale(pixels))
    reach = int(np.ceil(3 / cutoff))
    taps = np.sinc(np.arange(-reach, reach + 1) * cutoff).astype(np.float32)
    taps /= taps.sum()
    return _clip(cv2.sepFilter2D(pixels.astype(np.float32), -1, taps, taps, borderType=cv2.BORDER_REFLECT))


def overexposure(pixels: Pixels, severity: Severity, rng: np.random.Generator) -> Pixels:
    """Light multiplied by 1.5-5 in linear light and clipped."""
    return _exposed(pixels, draw(((1.7, 2.1), (2.8, 3.6), (5.0, 8.0)), severity, rng))


def underexposure(pixels: Pixels, severity: Severity, rng: np.random.Generator) -> Pixels:
    """Light divided by 2.5-30 in linear light and quantised."""
    return _exposed(pixels, 1 / draw(((2.6, 3.6), (5.5, 8.0), (13, 30)), severity, rng))


def _exposed(pixels: Pixels, gain: float) -> Pixels:
    table = _clip(255 * np.clip((np.arange(256) / 255) ** 2.2 * gain, 0, 1) ** (1 / 2.2))
    return np.asarray(table[pixels], np.uint8)


def solid_colour(pixels: Pixels, severity: Severity, rng: np.random.Generator) -> Pixels:
    """One flat colour: black, white, gray or any. Its severity is its area, which the caller chooses."""
    gray = np.full(3, rng.choice([0, 255, 128, int(rng.integers(256))]))
    colour = gray if rng.random() < 0.5 else rng.integers(0, 256, 3)
    return np.broadcast_to(colour.astype(np.uint8), pixels.shape).copy()


def noise(pixels: Pixels, severity: Severity, rng: np.random.Generator) -> Pixels:
    """Gaussian (luma or colour, fine or coarse grain), signal-dependent, or impulse noise."""
    height, width = pixels.shape[:2]
    kind = rng.random()
    if kind < 0.1:
        share = draw(((0.01, 0.02), (0.04, 0.07), (0.14, 0.25)), severity, rng)
        hit = rng.random((height, width), np.float32)
        out = pixels.copy()
        out[hit < share / 2] = 0
        out[hit > 1 - share / 2] = 255
        return out
    sigma = draw(((9, 13), (20, 28), (42, 62)), severity, rng)
    channels = 1 if kind < 0.4 else 3
    grain: NDArray[Any] = rng.standard_normal((height, width, channels), np.float32)
    if rng.random() < 0.25:
        grain = cv2.GaussianBlur(grain, (0, 0), 0.6).reshape(grain.shape)
        grain = grain / max(float(grain.std()), 1e-6)
    strength: NDArray[Any] | float = sigma
    if kind > 0.8:
        strength = sigma * np.sqrt((pixels.astype(np.float32) + 12) / 128)
    return _clip(pixels + strength * grain)


DEGRADE: dict[str, Degrade] = {
    "Low clarity": low_clarity,
    "Motion blur": motion_blur,
    "Out of focus blur": out_of_focus,
    "Blocking artifacts": blocking,
    "Edge aliasing effect": aliasing,
    "Edge ringing effect": ringing,
    "Overexposure": overexposure,
    "Underexposure": underexposure,
    "Meaningless solid color": solid_colour,
    "Noise": noise,
}
