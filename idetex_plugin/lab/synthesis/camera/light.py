"""From pixels to the light that fell on the sensor, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from idetex_plugin.lab.data.photos import Pixels

Light = NDArray[np.float32]
GAMMA = 2.2
FINE = 4095
_TO_LIGHT = ((np.arange(256) / 255) ** GAMMA).astype(np.float32)
MID_GRAY = 0.18
KNEE, WHITE = 0.6, 0.9


def to_light(pixels: Pixels) -> Light:
    """Linear light 0..1 (H, W, 3) of display pixels; gamma 2.2, as in Brooks et al. 2019, "Unprocessing images"."""
    return np.asarray(_TO_LIGHT[pixels], np.float32)


def to_values(light: Light) -> Light:
    """Display values 0..255, not rounded, of linear light, which is clipped to 0..1."""
    # Looked up by the root of the light, since a table over the light itself would be coarse in the shadows.
    rooted = np.sqrt(np.clip(light, 0, 1))
    return np.asarray(_TO_VALUES[(rooted * FINE + 0.5).astype(np.int32)], np.float32)


_TO_VALUES = (255 * (np.arange(FINE + 1) / FINE) ** (2 / GAMMA)).astype(np.float32)


def to_pixels(values: NDArray[Any]) -> Pixels:
    """Display values, rounded and clipped to uint8."""
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def with_highlights(light: Light, headroom: float, *, white_only: bool = False) -> Light:
    """Light whose brightest parts are up to 1 + `headroom` times as bright, as they were before the photo clipped them.

    A lamp or a sky at white was brighter than white: without that, darkening would turn it gray, and blur would not
    draw a streak of it. white_only: only what is white, so that bright parts and pure colours stay as bright as they
    are where nothing darkens them."""
    luma, knee = (light.mean(-1), WHITE) if white_only else (light.max(-1), KNEE)
    more = np.clip((luma - knee) / (1 - knee), 0, 1) ** 3
    return np.asarray(light * (1 + headroom * more)[..., None], np.float32)


def with_contrast(light: Light, exponent: float) -> Light:
    """Light of a scene of more contrast: to this power about middle gray."""
    return np.asarray(MID_GRAY * (light / MID_GRAY) ** np.float32(exponent), np.float32)
