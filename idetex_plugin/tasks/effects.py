"""What a distortion does to a photo, in words: those that the embedded checkpoint learned, the first of which are said
where its reply has none."""

from __future__ import annotations

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


def effect(distortion: str, severity: Severity | None, which: int = 0) -> str:
    """What a distortion of this severity does, in one of its PHRASINGS; nothing for a type that has none."""
    ways = PHRASINGS.get(distortion)
    if not ways:
        return ""
    return ways[which].format(how=HOW[severity]) if severity else ways[which].replace("{how} ", "")
