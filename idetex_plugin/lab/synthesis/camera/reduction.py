"""Noise reduction as cameras do it: colour more than luma, and both less at edges (Tomasi and Manduchi 1998).

It is why noise of a file is coarse, and why calm parts of it have next to no noise of colour: on the development pairs
(PolyU) the calmest tenth of the squares of 16 pixels has none at all in most shots. Reaches and strengths are choices
of this project, drawn widely, since makers do not publish theirs.
"""

from __future__ import annotations

import cv2
import numpy as np

from idetex_plugin.lab.synthesis.camera.light import Light


def reduced(frames: tuple[Light, Light], rng: np.random.Generator) -> tuple[Light, Light]:
    """Two frames of display values (H, W, 3), float32 0..255, both by the same strengths."""
    reach, colour_strength = rng.uniform(2, 8), rng.uniform(2, 14)
    share = rng.uniform(0.3, 0.9) if rng.random() < 0.6 else 0.0
    luma_reach, luma_strength = rng.uniform(0.8, 2.0), rng.uniform(1, 12)

    def one(values: Light) -> Light:
        parted = cv2.cvtColor(np.clip(values, 0, 255) / np.float32(255), cv2.COLOR_RGB2YCrCb)
        luma, colours = parted[..., 0], parted[..., 1:]
        if share:
            luma = (1 - share) * luma + share * cv2.bilateralFilter(luma, 5, luma_strength / 255, luma_reach)
        # Coarse noise of colour is looked for at half size, where a window of 7 pixels reaches as far as needed.
        size = (colours.shape[1], colours.shape[0])
        if reach > 4:
            colours = cv2.resize(colours, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        scaled = reach / 2 if reach > 4 else reach
        red, blue = (
            cv2.bilateralFilter(np.ascontiguousarray(colours[..., k]), 7, colour_strength / 255, scaled) for k in (0, 1)
        )
        if reach > 4:
            red, blue = (cv2.resize(each, size, interpolation=cv2.INTER_LINEAR) for each in (red, blue))
        merged = np.dstack([luma, red, blue]).astype(np.float32)
        return np.asarray(cv2.cvtColor(merged, cv2.COLOR_YCrCb2RGB) * 255, np.float32)

    return one(frames[0]), one(frames[1])
