"""Words of the embedded checkpoint's descriptions: what the photo looks like overall.

The checkpoint learned from pixels and knows no objects, so the content is told by light and colour only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def content(colours: NDArray[np.float32]) -> str:
    """One sentence on light and colour, from the mean colours (cells, cells, 3) in 0..1 of the photo as it is."""
    red, green, blue = colours.reshape(-1, 3).mean(0)
    luma = float(0.299 * red + 0.587 * green + 0.114 * blue)
    chroma = float((colours.max(-1) - colours.min(-1)).mean())
    light = "dark" if luma < 0.25 else "dim" if luma < 0.4 else "evenly lit" if luma < 0.6 else "bright"
    tone = "warm" if red - blue > 0.06 else "cool" if blue - red > 0.06 else "neutral"
    strength = "hardly any" if chroma < 0.05 else "muted" if chroma < 0.2 else "strong"
    return f"A scene that is {light}, with {tone} tones and {strength} colour."
