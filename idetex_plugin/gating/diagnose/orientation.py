"""Turned or mirrored: which of the eight ways to lay the original is most like the copy."""

from __future__ import annotations

from PIL import Image

from idetex_plugin.gating.diagnose.findings import difference
from idetex_plugin.gating.diagnose.small import Floats, alike, apart
from idetex_plugin.photo.pixels import ORIENTATIONS
from idetex_plugin.words.verdict import Difference, Kind, Outcome

PLAIN = 0.998
MARGIN = 0.3
LEAST = 0.8
INVERSE = {6: 8, 8: 6}
"""Of the EXIF orientations: what undoes each; the others undo themselves."""
WORDS = {
    2: "mirrored left to right", 3: "turned by 180 degrees", 4: "mirrored top to bottom",
    5: "mirrored and turned by 90 degrees", 6: "turned by 90 degrees clockwise",
    7: "mirrored and turned by 90 degrees", 8: "turned by 90 degrees counter-clockwise",
}  # fmt: skip
ACROSS = frozenset({5, 6, 7, 8})


def turn_of(old: Floats, new: Floats, straight: bool, across: bool) -> int:
    """The EXIF orientation whose transpose of the original is the copy, 1 for none.

    old, new: (side, side) luma. straight, across: whether the copy has the shape of the original, or of it turned.
    """
    here = alike(old, new) if straight else 0.0
    if here >= PLAIN:
        return 1
    ways = {way: alike(turned(old, way), new) for way in ORIENTATIONS if (across if way in ACROSS else straight)}
    best = max(ways, key=ways.__getitem__, default=1)
    if here < 0 and best != 1 and apart(255 - old, new) < apart(turned(old, best), new):
        return 1
    return best if best != 1 and ways[best] >= LEAST and 1 - ways[best] <= MARGIN * (1 - here) else 1


def turned(values: Floats, way: int) -> Floats:
    """(H, W), transposed as an EXIF orientation asks."""
    if way == 1:
        return values
    turn = ORIENTATIONS[way]
    flip = {
        Image.Transpose.FLIP_LEFT_RIGHT: values[:, ::-1], Image.Transpose.FLIP_TOP_BOTTOM: values[::-1],
        Image.Transpose.ROTATE_180: values[::-1, ::-1], Image.Transpose.TRANSPOSE: values.T,
        Image.Transpose.ROTATE_90: values.T[::-1], Image.Transpose.ROTATE_270: values.T[:, ::-1],
        Image.Transpose.TRANSVERSE: values[::-1, ::-1].T,
    }  # fmt: skip
    return flip[turn]


def finding(way: int, old_tag: int, new_tag: int) -> Difference:
    """The difference in words; the tags of both files tell how it came about."""
    kind = Kind.MIRRORED if way in {2, 4} else Kind.TURNED
    if old_tag != 1 and new_tag == old_tag and way == old_tag:
        words, action = (
            f"turned twice: {WORDS[way]} in the pixels, and again by the EXIF tag left on them",
            "drop-orientation-tag",
        )
    elif old_tag != 1 and new_tag == 1 and way == INVERSE.get(old_tag, old_tag):
        words, action = (
            f"{WORDS[way]}: its EXIF orientation ({old_tag}) was lost and the pixels not turned",
            "apply-orientation",
        )
    elif new_tag not in {1, old_tag}:
        words, action = (
            f"{WORDS[way]}: it carries an EXIF orientation ({new_tag}) that is not the original's",
            "drop-orientation-tag",
        )
    else:
        words, action = WORDS[way], "check-transform"
    return difference(kind, Outcome.REJECT, words, action, settles=True)
