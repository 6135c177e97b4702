"""Where a distortion goes: the whole frame, or a rectangle or ellipse with a hard or soft border."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from idetex_plugin.words.box import WHOLE, Box

Mask = NDArray[np.float32]


def draw_mask(box: Box, height: int, width: int, rng: np.random.Generator, *, hard: bool = False) -> Mask:
    """(height, width) float32 in 0..1. The box bounds the part where the mask exceeds one half."""
    if box == WHOLE:
        return np.ones((height, width), np.float32)
    x1, y1, x2, y2 = box.to_scaled(width, height)
    x2, y2 = max(x2, x1 + 1), max(y2, y1 + 1)
    mask = np.zeros((height, width), np.float32)
    if hard or rng.random() < 0.6:
        mask[y1:y2, x1:x2] = 1
    else:
        centre = ((x1 + x2 - 1) / 2, (y1 + y2 - 1) / 2)
        cv2.ellipse(mask, (centre, (x2 - x1, y2 - y1), 0.0), 1.0, -1)
    if not hard and rng.random() < 0.6:
        feather = float(rng.uniform(0.01, 0.05)) * min(x2 - x1, y2 - y1)
        mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), max(feather, 0.3), borderType=cv2.BORDER_REFLECT), np.float32)
    return mask
