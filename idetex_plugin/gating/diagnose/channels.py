"""Colours that were lost, inverted, exchanged, or all of one kind; on small pictures of one frame."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from idetex_plugin.gating.diagnose.findings import difference
from idetex_plugin.gating.diagnose.small import FLAT, Floats, alike, apart, luma
from idetex_plugin.words.verdict import Difference, Kind, Outcome

PLAIN = 2.0
HAS_CONTENT = 8.0
GRAY, COLOURED = 1.5, 5.0
NEGATIVE = -0.8
BETTER = 0.4
LETTERS = "RGB"


def channels(one: Floats, two: Floats) -> Difference | None:
    """What happened to the channels between two (side, side, 3) pictures, if anything."""
    before = apart(one, two)
    if before < PLAIN:
        return None
    spread = float(two.std((0, 1)).max())
    if spread < FLAT and float(one.std((0, 1)).max()) >= HAS_CONTENT:
        shown = "#{:02x}{:02x}{:02x}".format(*np.rint(two.mean((0, 1))).astype(int))
        words = f"blank: nothing is left of the picture but one colour, {shown}"
        return difference(Kind.BLANK, Outcome.REJECT, words, "check-decoder", settles=True)
    if alike(luma(one), luma(two)) <= NEGATIVE or apart(255 - one, two) <= BETTER * before:
        words = "colours inverted: the copy is a negative of the original"
        return difference(Kind.INVERTED, Outcome.REJECT, words, "check-inversion", settles=True)
    if _chroma(two) < GRAY and _chroma(one) >= COLOURED:
        words = "the colours are gone: the copy is gray"
        return difference(Kind.COLOURLESS, Outcome.REVIEW, words, "keep-colour", settles=True)
    ways = {way: apart(one[..., way], two) for way in permutations(range(3)) if way != (0, 1, 2)}
    best = min(ways, key=ways.__getitem__)
    if ways[best] <= BETTER * before and _chroma(one) >= GRAY:
        words = f"channels exchanged: red, green and blue of the copy are {_names(best)} of the original"
        return difference(Kind.SWAPPED, Outcome.REJECT, words, "check-channels", settles=True)
    return None


def _names(way: tuple[int, ...]) -> str:
    first, second, third = (("red", "green", "blue")[channel] for channel in way)
    return f"{first}, {second} and {third}"


def _chroma(pixels: Floats) -> float:
    return float((pixels.max(-1) - pixels.min(-1)).mean())
