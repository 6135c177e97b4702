"""What the metric is given: both photos of one frame, one size, one scale and one backdrop."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from idetex_plugin.gating.diagnose.crop import part_of
from idetex_plugin.gating.diagnose.side import Side, laid
from idetex_plugin.words.box import Box
from idetex_plugin.words.policy import Policy
from idetex_plugin.words.verdict import Difference, Kind

BACKDROPS = ("#ffffff", "#000000")
"""A picture that is invisible on the one is seen on the other."""


def comparable(
    old: Side, new: Side, policy: Policy, differences: Sequence[Difference] = ()
) -> list[tuple[Image.Image, Image.Image]]:
    """RGB photos of the size of the copy's content: one pair, or one on each of two backdrops."""
    boxes = {each.kind: each.box for each in differences}
    return [
        _fitted(before, after, boxes.get(Kind.CROPPED), boxes.get(Kind.PADDED))
        for before, after in _pictures(old, new, policy)
    ]


def _fitted(
    before: Image.Image, after: Image.Image, part: Box | None, content: Box | None
) -> tuple[Image.Image, Image.Image]:
    copy = after if content is None else after.crop(content.to_scaled(*after.size))
    if part is not None:
        edges = (part.x1 * before.width, part.y1 * before.height, part.x2 * before.width, part.y2 * before.height)
        return part_of(before, edges, copy.size), copy
    return before if before.size == copy.size else before.resize(copy.size, Image.Resampling.LANCZOS), copy


def _pictures(old: Side, new: Side, policy: Policy) -> list[tuple[Image.Image, Image.Image]]:
    old, new = laid(old, new, policy)
    if old.backdrop is not None or (old.alpha is None and new.alpha is None):
        return [(old.picture, new.picture)]
    return [(old.on(colour).picture, new.on(colour).picture) for colour in BACKDROPS]
