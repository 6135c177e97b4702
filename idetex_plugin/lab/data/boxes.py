"""Boxes at random places."""

from __future__ import annotations

import numpy as np

from idetex_plugin.words.box import Box


def random_box(rng: np.random.Generator, smallest: float, largest: float) -> Box:
    """A box with sides in [smallest, largest] of the frame, uniform in place; a quarter touch a border."""
    width, height = rng.uniform(smallest, largest, 2)
    x1, y1 = rng.uniform(0, 1 - width), rng.uniform(0, 1 - height)
    if rng.random() < 0.25:
        x1 = rng.choice([0.0, 1 - width])
    if rng.random() < 0.25:
        y1 = rng.choice([0.0, 1 - height])
    return Box(x1=x1, y1=y1, x2=min(x1 + width, 1.0), y2=min(y1 + height, 1.0))
