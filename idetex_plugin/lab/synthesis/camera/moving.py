"""A subject that moves while the shutter is open: a path of its own, and borders that smear over what is behind it.

What the sensor collects is the subject's light, smeared along its path, over the ground behind it, let through by one
minus the equally smeared matte (Jia 2007, "Single image motion deblurring using transparency"; Lin, Tai and Brown 2011,
"Motion regularization for matting motion blurred objects"). So the ground shows through along the borders, a subject of
less width than its path is nowhere opaque, and the ground stays sharp.
"""

from __future__ import annotations

import cv2
import numpy as np

from idetex_plugin.lab.data.photos import Pixels
from idetex_plugin.lab.synthesis.camera.lens import POINTS, SHAKE, Kernel, drawn, filtered, lit, swept
from idetex_plugin.lab.synthesis.camera.light import Light, to_light, to_pixels, to_values
from idetex_plugin.lab.synthesis.degrade import draw, scale
from idetex_plugin.lab.synthesis.masks import Mask
from idetex_plugin.words.box import Box
from idetex_plugin.words.vocabulary import Severity

LONGEST = 0.6
"""Path over the shorter side of the subject's box, at most: a longer one leaves nothing that could be labelled."""
TURNING = 0.2
EDGE = (0.6, 1.6)
CORNERS = 96
WAVES = 3


def moving(pixels: Pixels, box: Box, severity: Severity, rng: np.random.Generator) -> tuple[Pixels, Mask]:
    """The photo, RGB uint8 (H, W, 3), whose part in the box has moved by 6-42 pixels, one time in five turning as a
    limb does; and the part's matte in the middle of its path, (H, W) in 0..1.

    Lengths are those of `lens.SHAKE`: how far a streak must go to be so severe does not depend on what moved.
    """
    height, width = pixels.shape[:2]
    x1, y1, x2, y2 = box.to_scaled(width, height)
    matte = outline(box, height, width, rng)
    length = min(draw(SHAKE, severity, rng) * scale(pixels), LONGEST * max(min(x2 - x1, y2 - y1), 2))
    reach = int(np.ceil(1.4 * length)) + 4
    window = slice(max(y1 - reach, 0), y2 + reach), slice(max(x1 - reach, 0), x2 + reach)
    light, part = to_light(pixels[window]), matte[window][..., None]
    covered = np.concatenate([lit(pixels[window], rng) * part, part], -1)
    if rng.random() < TURNING:
        middle = (x1 + x2) / 2 - window[1].start, (y1 + y2) / 2 - window[0].start
        smeared = turning(covered, middle, (x2 - x1, y2 - y1), length, rng)
    else:
        smeared = filtered(covered, passing(length, rng))
    through = np.clip(1 - smeared[..., 3:], 0, 1)
    seen = np.asarray(smeared[..., :3] + through * behind(light, matte[window], length), np.float32)
    touched = (part > 0) | (smeared[..., 3:] > 1e-3)
    mixed = pixels.copy()
    mixed[window] = np.where(touched, to_pixels(to_values(seen)), pixels[window])
    return mixed, matte


def passing(length: float, rng: np.random.Generator) -> Kernel:
    """The path of a subject as a kernel of sum 1: nearly straight and even, since in the time of one exposure it hardly
    turns or gains speed (Levin et al. 2008, "Motion-invariant photography"). length: as in `lens.shake`, in pixels."""
    along = np.linspace(-0.5, 0.5, POINTS)
    angle = rng.uniform(0, 2 * np.pi) + rng.normal(0, 0.35) * along
    speed = np.exp(rng.normal(0, 0.25) * along)
    return drawn(np.cumsum(np.cos(angle) * speed), np.cumsum(np.sin(angle) * speed), length)


def turning(
    covered: Light, middle: tuple[float, float], size: tuple[int, int], length: float, rng: np.random.Generator
) -> Light:  # fmt: skip
    """A subject (H, W, 4) of this size (width, height) that turns about a point of its border, as a limb about its
    joint: its middle moves by three quarters of `length`, its far end by twice that."""
    where = rng.uniform(0, 2 * np.pi)
    arm = np.cos(where) * size[0] / 2, np.sin(where) * size[1] / 2
    angle = float(rng.choice([-1, 1])) * 0.75 * length / max(np.hypot(*arm), 1.0)
    joint = middle[0] + arm[0], middle[1] + arm[1]
    return swept(covered, joint, angle, (0, 0), int(np.clip(length, 8, 40)))


def outline(box: Box, height: int, width: int, rng: np.random.Generator) -> Mask:
    """The matte (height, width) of a subject: a rounded, uneven shape that fills the box, with an edge as soft as that
    of a sharp photo, about a pixel."""
    x1, y1, x2, y2 = box.to_scaled(width, height)
    around = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    roundness = rng.uniform(2, 5)
    radius = (np.abs(np.cos(around)) ** roundness + np.abs(np.sin(around)) ** roundness) ** (-1 / roundness)
    for wave in range(2, 2 + WAVES):
        radius = radius * (1 + rng.normal(0, 0.16 / wave) * np.cos(wave * around + rng.uniform(0, 2 * np.pi)))
    sides = []
    for along, first, last in ((np.cos(around), x1, x2), (np.sin(around), y1, y2)):
        at = radius * along
        sides.append(first + (at - at.min()) / np.ptp(at) * (max(last - first, 2) - 1))
    corners = np.rint(np.stack(sides, -1) * 16).astype(np.int32)
    shape = np.zeros((height, width), np.uint8)
    cv2.fillPoly(shape, [corners], 255, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(shape, (0, 0), rng.uniform(*EDGE), borderType=cv2.BORDER_REFLECT)
    return np.asarray(soft.astype(np.float32) / 255, np.float32)


def behind(light: Light, matte: Mask, length: float) -> Light:
    """The light (H, W, 3) with the subject taken away: within half a path of its border, what is beside it continues
    smoothly, as the mean of the ground around; deeper inside nothing shows through."""
    height, width = matte.shape
    coarse = max(1.0, length / 4)
    size = max(1, round(width / coarse)), max(1, round(height / coarse))
    clear = 1 - matte[..., None]
    small = cv2.resize(np.concatenate([light * clear, clear], -1), size, interpolation=cv2.INTER_AREA)
    spread = cv2.GaussianBlur(small, (0, 0), 2.0, borderType=cv2.BORDER_REFLECT)
    filled = spread[..., :3] / np.maximum(spread[..., 3:], 1e-6)
    ground = cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(light * clear + ground * (1 - clear), np.float32)
