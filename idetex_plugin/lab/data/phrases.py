"""Words of the embedded checkpoint's descriptions: what a distortion does, and what the photo looks like overall.

The checkpoint learned from pixels and knows no objects, so the content is told by light and colour only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from idetex_plugin.words.vocabulary import Severity

HOW = {Severity.MINOR: "slightly", Severity.MODERATE: "clearly", Severity.SEVERE: "badly"}
PHRASINGS = {
    "Low clarity": ("fine detail is {how} soft.", "textures look {how} washed together.", "contours are {how} weak."),
    "Motion blur": (
        "detail is {how} smeared in one direction.", "movement {how} drags the contours.", "edges are {how} streaked.",
    ),
    "Out of focus blur": (
        "the focus is {how} off.", "points are {how} spread to discs.", "this part is {how} out of focus.",
    ),
    "Blocking artifacts": (
        "block borders {how} show.", "a grid of squares {how} breaks the surfaces.", "areas are {how} cut into blocks.",
    ),
    "Edge aliasing effect": (
        "edges are {how} jagged.", "stairs {how} show along slanted edges.", "lines are {how} broken into steps.",
    ),
    "Edge ringing effect": (
        "halos {how} follow the edges.", "ripples {how} run beside the contours.", "edges are {how} doubled by halos.",
    ),
    "Overexposure": (
        "light areas are {how} washed out.", "highlights {how} lose their detail.", "the light is {how} too strong.",
    ),
    "Underexposure": (
        "dark areas are {how} lost.", "shadows {how} lose their detail.", "the light is {how} too weak.",
    ),
    "Meaningless solid color": (
        "a flat colour {how} hides the scene.", "one colour {how} covers the content.",
        "an empty surface {how} takes the place of the scene.",
    ),
    "Noise": (
        "grain {how} covers the detail.", "specks {how} disturb the surfaces.", "the texture is {how} buried in grain.",
    ),
}


def effect(distortion: str, severity: Severity, which: int = 0) -> str:
    """What a distortion of this severity does to the photo, in one of its PHRASINGS."""
    return PHRASINGS[distortion][which].format(how=HOW[severity])


def content(colours: NDArray[np.float32]) -> str:
    """One sentence on light and colour, from the mean colours (cells, cells, 3) in 0..1 of the photo as it is."""
    red, green, blue = colours.reshape(-1, 3).mean(0)
    luma = float(0.299 * red + 0.587 * green + 0.114 * blue)
    chroma = float((colours.max(-1) - colours.min(-1)).mean())
    light = "dark" if luma < 0.25 else "dim" if luma < 0.4 else "evenly lit" if luma < 0.6 else "bright"
    tone = "warm" if red - blue > 0.06 else "cool" if blue - red > 0.06 else "neutral"
    strength = "hardly any" if chroma < 0.05 else "muted" if chroma < 0.2 else "strong"
    return f"A scene that is {light}, with {tone} tones and {strength} colour."
