"""Transparency: lost, flattened, inverted or changed."""

from __future__ import annotations

import numpy as np
from PIL import Image

from idetex_plugin.gating.diagnose.findings import difference
from idetex_plugin.gating.diagnose.geometry import is_near
from idetex_plugin.gating.diagnose.side import Side
from idetex_plugin.gating.diagnose.small import Floats, alike, apart
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.policy import Policy
from idetex_plugin.words.verdict import Difference, Kind, Outcome

SIDE = 64
OPAQUE, CLEAR = 250.0, 5.0
LEAST_SHARE = 0.001
CHANGED, GRAVE = 4.0, 16.0
FITS = 6.0
DARK = 24
INVERTED = -0.8


def transparency(old: Side, new: Side, policy: Policy, part: Box = WHOLE) -> Difference | None:
    """What happened to the alpha channel.

    part: what the copy shows of the original.
    """
    if old.alpha is None and new.alpha is None:
        return None
    before, after = _layers(old, part), _layers(new)
    if old.alpha is None or before is None:
        clear = float(((255 - after[..., 3]) / 255).mean()) if after is not None else 0.0
        if clear < LEAST_SHARE:
            return None
        words = f"transparency appeared: {clear:.0%} of the copy is clear and the original is not"
        return difference(Kind.TRANSPARENCY, Outcome.REVIEW, words, "check-alpha", settles=True)
    if new.alpha is None or after is None:
        return _flattened(before, new, policy)
    return _compared(before[..., 3], after[..., 3])


def _layers(side: Side, part: Box = WHOLE) -> Floats | None:
    """(64, 64, 4) of a side, the colours unmultiplied."""
    if side.layers is None:
        return None
    width, height = side.layers.size
    edges = (part.x1 * width, part.y1 * height, part.x2 * width, part.y2 * height)
    return np.asarray(side.layers.resize((SIDE, SIDE), Image.Resampling.BOX, box=edges, reducing_gap=2.0), np.float32)


def _compared(before: Floats, after: Floats) -> Difference | None:
    if after.max() <= CLEAR < before.max():
        words = "transparency: nothing is left, every pixel of the copy is clear"
        return difference(Kind.TRANSPARENCY, Outcome.REJECT, words, "check-alpha", settles=True)
    off = apart(before, after)
    if off < CHANGED:
        return None
    if alike(before, after) <= INVERTED or apart(255 - before, after) <= off / 3:
        words = "transparency inverted: what was clear is solid, and the reverse"
        return difference(Kind.TRANSPARENCY, Outcome.REJECT, words, "check-alpha", settles=True)
    words = f"transparency changed, by {off / 255:.0%} on average"
    outcome = Outcome.REJECT if off >= GRAVE else Outcome.REVIEW
    return difference(Kind.TRANSPARENCY, outcome, words, "check-alpha", settles=True)


def _flattened(before: Floats, new: Side, policy: Policy) -> Difference | None:
    """On which colour, if on one: C = a F + (1 - a) B, solved for B by least squares."""
    alpha = before[..., 3:] / 255
    clear = 1 - alpha
    if float(clear.mean()) < LEAST_SHARE:
        return None
    copy = new.small
    rest = copy - alpha * before[..., :3]
    backdrop = (clear * rest).sum((0, 1)) / (clear * clear).sum((0, 1))
    left = float((np.abs(rest - clear * backdrop) * clear).sum() / clear.sum() / 3)
    colour = tuple(int(value) for value in np.clip(np.rint(backdrop), 0, 255))
    shown = "#{:02x}{:02x}{:02x}".format(*colour)
    shown = "black" if max(colour) <= DARK else "white" if min(colour) >= 255 - DARK else shown
    if left > FITS:
        words = "transparency lost: colours that were clear are solid"
        return difference(Kind.TRANSPARENCY, Outcome.REJECT, words, "keep-transparency", settles=True)
    words = f"transparency became {shown}"
    if policy.background is not None and is_near(policy.background, colour):
        return difference(Kind.TRANSPARENCY, Outcome.PASS, words + ", the policy's background")
    outcome = Outcome.REJECT if shown == "black" else Outcome.REVIEW
    return difference(Kind.TRANSPARENCY, outcome, words, "keep-transparency", settles=True)
