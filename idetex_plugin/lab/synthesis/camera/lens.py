"""Blur of a moving camera and a lens out of focus, in linear light; see `moving` for subjects.

Lengths and radii are for a photo of about 640 pixels on its longest side and grow with the square root of the size, as
in `degrade`.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from idetex_plugin.lab.data.photos import Pixels
from idetex_plugin.lab.synthesis.camera.light import Light, to_light, to_pixels, to_values, with_highlights
from idetex_plugin.lab.synthesis.degrade import draw, scale
from idetex_plugin.words.vocabulary import Severity

Kernel = NDArray[np.float32]
Points = NDArray[np.float64]
SHAKE = ((6.0, 9.0), (11.0, 18.0), (22.0, 42.0))
FOCUS = ((2.0, 2.8), (3.8, 5.5), (7.5, 12.0))
HEADROOM = 6.0
POINTS = 64


def motion_blur(pixels: Pixels, severity: Severity, rng: np.random.Generator) -> Pixels:
    """A camera that shakes along a path of 6-42 pixels, one time in five also turning, which blurs the rim the most."""
    length = draw(SHAKE, severity, rng) * scale(pixels)
    light = lit(pixels, rng)
    if rng.random() < 0.2:
        return to_pixels(to_values(turned(light, length, rng)))
    return to_pixels(to_values(filtered(light, shake(length, rng))))


def out_of_focus(pixels: Pixels, severity: Severity, rng: np.random.Generator) -> Pixels:
    """Every point becomes a disc of radius 2-12 pixels, of which rim or middle may be brighter, or a polygon of 5-8
    sides, as the blades of an aperture draw it."""
    radius = draw(FOCUS, severity, rng) * scale(pixels)
    return to_pixels(to_values(filtered(lit(pixels, rng), aperture(radius, rng))))


def shake(length: float, rng: np.random.Generator) -> Kernel:
    """A path of uneven speed that bends a little, or one time in three a lot, as a kernel of sum 1.

    After the random trajectories of Boracchi and Foi 2012: a hand neither moves straight nor evenly. length: of the
    longer side of the box around the path, in pixels."""
    bend = rng.normal(0, 0.5 if rng.random() < 0.67 else 2.5)
    along = np.linspace(-0.5, 0.5, POINTS)
    angle = rng.uniform(0, 2 * np.pi) + bend * along + rng.normal(0, 0.04, POINTS).cumsum()
    speed = np.exp(rng.normal(0, 0.03, POINTS).cumsum() + rng.normal(0, 0.6) * along)
    return drawn(np.cumsum(np.cos(angle) * speed), np.cumsum(np.sin(angle) * speed), length)


def drawn(x: Points, y: Points, length: float) -> Kernel:
    """A path through these points, equal times apart, as a kernel of sum 1, scaled to `length` and in its middle."""
    size = length / max(np.ptp(x), np.ptp(y), 1e-6)
    x, y = ((each - (each.max() + each.min()) / 2) * size for each in (x, y))
    fine = np.linspace(0, len(x) - 1, max(len(x), int(8 * length)))
    x, y = np.interp(fine, np.arange(len(x)), x), np.interp(fine, np.arange(len(y)), y)
    reach = int(np.ceil(length / 2)) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right_share, low_share = x - left, y - top
    for down in (0, 1):
        for right in (0, 1):
            share = np.abs(1 - down - low_share) * np.abs(1 - right - right_share)
            np.add.at(kernel, (top + down + reach, left + right + reach), share)
    return np.asarray(kernel / kernel.sum(), np.float32)


def aperture(radius: float, rng: np.random.Generator) -> Kernel:
    """The image of a point out of focus, as a kernel of sum 1; radius in pixels."""
    reach = int(np.ceil(radius)) + 1
    yy, xx = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    squeezed = yy * rng.uniform(0.9, 1.1)
    distance = np.hypot(xx, squeezed)
    if rng.random() < 0.4:
        blades = int(rng.integers(5, 9))
        sector = 2 * np.pi / blades
        turned = (np.arctan2(squeezed, xx) + rng.uniform(0, sector)) % sector - sector / 2
        distance = distance * np.cos(turned) / np.cos(sector / 2) ** 0.5
    disc = np.clip(radius + 0.5 - distance, 0, 1) * (1 + rng.uniform(-0.4, 0.6) * np.minimum(distance / radius, 1) ** 2)
    return np.asarray(disc / disc.sum(), np.float32)


def lit(pixels: Pixels, rng: np.random.Generator) -> Light:
    """The light of pixels, with the highlights of lamps and reflections, which blur draws as streaks and discs."""
    return with_highlights(to_light(pixels), rng.uniform(0, HEADROOM), white_only=True)


def filtered(light: Light, kernel: Kernel) -> Light:
    """Every point of the light (H, W, up to 4 channels) spread as the kernel says; the frame's border mirrors it."""
    # OpenCV filters with large kernels in the frequency domain, where black becomes a little less than nothing.
    return np.maximum(cv2.filter2D(light, -1, kernel, borderType=cv2.BORDER_REFLECT), 0)


def turned(light: Light, length: float, rng: np.random.Generator) -> Light:
    """The mean of views turned about a point in the frame, by an angle that moves the far corner by `length`, and
    shifted by up to a third of it."""
    height, width = light.shape[:2]
    centre = rng.uniform(0.2, 0.8) * width, rng.uniform(0.2, 0.8) * height
    angle = length / (0.6 * np.hypot(height, width))
    shift = rng.uniform(-0.33, 0.33, 2) * length
    return swept(light, centre, angle, (shift[0], shift[1]), int(np.clip(length / 1.5, 6, 24)))


def swept(
    light: Light, centre: tuple[float, float], angle: float, shift: tuple[float, float], steps: int
) -> Light:  # fmt: skip
    """The mean of so many views of the light (H, W, up to 4 channels), turned about a point (x, y) by up to half the
    angle, in radians, either way, and shifted by as much of the shift, in pixels."""
    height, width = light.shape[:2]
    total = np.zeros(light.shape, np.float32)
    for at in np.linspace(-0.5, 0.5, steps):
        turn = np.asarray(cv2.getRotationMatrix2D(centre, float(at * np.degrees(angle)), 1.0), np.float64)
        turn[:, 2] += at * np.asarray(shift)
        view = cv2.warpAffine(light, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        total = np.add(total, view, dtype=np.float32)
    return np.asarray(total / steps, np.float32)
