"""One shot: planned damage, each kind where it happens on the way from the scene to the file."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from idetex_plugin.lab.data.photos import Pixels
from idetex_plugin.lab.synthesis.camera import finish
from idetex_plugin.lab.synthesis.camera.coding import coded
from idetex_plugin.lab.synthesis.camera.exposure import overexposure, underexposure
from idetex_plugin.lab.synthesis.camera.lens import motion_blur, out_of_focus
from idetex_plugin.lab.synthesis.camera.light import to_light, to_pixels
from idetex_plugin.lab.synthesis.camera.moving import moving
from idetex_plugin.lab.synthesis.camera.sensor import noisy
from idetex_plugin.lab.synthesis.canvas import Canvas, Plan
from idetex_plugin.lab.synthesis.degrade import DEGRADE, Degrade, draw, scale
from idetex_plugin.lab.synthesis.degrade import noise as plain_noise
from idetex_plugin.words.box import WHOLE
from idetex_plugin.words.vocabulary import Severity

NOISE = ((1.1, 5.0), (6.5, 14.0), (16.0, 42.0))
VISIBLE_NOISE = 0.8
MOVING = 0.7
"""Share of subjects that move by themselves in motion blur of a part; the rest are parts of a shaken frame."""
EXTENTS = {
    "Low clarity": 0.85, "Motion blur": 0.6, "Out of focus blur": 0.35, "Blocking artifacts": 0.6,
    "Overexposure": 0.65, "Underexposure": 0.75, "Noise": 0.85, "Edge aliasing effect": 0.25,
    "Edge ringing effect": 0.25,
}  # fmt: skip
"""Shares of whole-frame damage by type. In real photographs low clarity, noise and blocking are often the whole
frame's, aliasing and ringing a part's (ViDA-UGC); a wrong exposure and a shaken hand act on all of it."""


def noise(pixels: Pixels, severity: Severity, rng: np.random.Generator) -> Pixels:
    """Noise of 1.1-42 levels at middle gray, as sensors leave it; one time in six as `degrade.noise` has it.

    The faintest is what the development pairs of `sensor` have, most of which are faint: equal ratios of levels are
    equally likely. Three in ten are smoothed as noise reduction does."""
    if rng.random() < 1 / 6:
        return plain_noise(pixels, severity, rng)
    levels = float(np.exp(rng.uniform(*np.log(NOISE[severity.rank - 1]))))
    values: NDArray[Any] = noisy(pixels.astype(np.float32), to_light(pixels), levels, rng)
    if levels > NOISE[0][1] and rng.random() < 0.3:
        values = np.asarray(cv2.bilateralFilter(np.clip(values, 0, 255), 5, rng.uniform(5, 20), 1.2), np.float32)
    return to_pixels(values)


def low_clarity(pixels: Pixels, severity: Severity, rng: np.random.Generator) -> Pixels:
    """Soft without a direction or a disc: as `degrade.low_clarity`, or fine detail smeared away by noise reduction."""
    if rng.random() < 0.75:
        return DEGRADE["Low clarity"](pixels, severity, rng)
    reach = draw(((1.4, 1.9), (2.4, 3.4), (4.4, 6.5)), severity, rng) * scale(pixels)
    strength = draw(((25, 40), (45, 70), (80, 130)), severity, rng)
    smeared = cv2.bilateralFilter(pixels, min(2 * round(reach) + 1, 15), strength, reach)
    return np.asarray(cv2.GaussianBlur(smeared, (0, 0), 0.55 * reach), np.uint8)


IN_CAMERA: dict[str, Degrade] = {
    "Motion blur": motion_blur,
    "Out of focus blur": out_of_focus,
    "Low clarity": low_clarity,
    "Overexposure": overexposure,
    "Underexposure": underexposure,
    "Noise": noise,
}
"""What happens before the camera has developed the photo; the rest happens to the developed one."""


def shoot(photo: Pixels, plans: list[Plan], rng: np.random.Generator) -> Canvas:
    """The photo, RGB uint8 (H, W, 3), with this damage, taken and passed on."""
    canvas = Canvas(finish.softened(photo, rng))
    for plan in plans:
        if plan[0] == "Motion blur" and plan[2] != WHOLE and rng.random() < MOVING:
            canvas.put(plan, *moving(canvas.image, plan[2], plan[1], rng))
        elif plan[0] in IN_CAMERA:
            least = VISIBLE_NOISE if plan[0] == "Noise" else None
            canvas.damage(plan, IN_CAMERA[plan[0]], rng, least)
    canvas.image = finish.developed(canvas.image, rng)
    for plan in plans:
        if plan[0] not in IN_CAMERA and plan[0] != "Blocking artifacts":
            canvas.damage(plan, DEGRADE[plan[0]], rng)
    faint = any(r.distortion == "Noise" and r.severity is Severity.MINOR for r in canvas.regions)
    canvas.image = coded(canvas.image, rng, faint_noise=faint)
    for plan in plans:
        if plan[0] == "Blocking artifacts":
            canvas.damage(plan, DEGRADE[plan[0]], rng)
    return canvas
