"""The same bytes, or the same pixels: nothing was lost, whatever the size."""

from __future__ import annotations

import numpy as np

from idetex_plugin.gating.diagnose.findings import difference
from idetex_plugin.gating.diagnose.side import Side
from idetex_plugin.photo.load import Photo
from idetex_plugin.words.failure import Reason
from idetex_plugin.words.verdict import Difference, Kind, Outcome


def identical(old: Side, new: Side) -> Difference | None:
    """A pass for a copy with the original's bytes; or with its pixels, tags, profile and frames."""
    if not all(side.photo or _is_small(side) for side in (old, new)):
        return None
    if old.sha256 is not None and old.sha256 == new.sha256:
        words = "the same pixels" if old.facts.bytes is None else "the same bytes"
        return difference(Kind.IDENTICAL, Outcome.PASS, words, settles=True)
    if _shown(old) != _shown(new) or not _same_pixels(old, new):
        return None
    return difference(Kind.IDENTICAL, Outcome.PASS, "the same pixels", settles=True)


def _is_small(side: Side) -> bool:
    """Whether the only fault is a side of a few pixels: too few for a judge, enough to compare."""
    return side.fault is not None and side.fault.failure.reason is Reason.TOO_SMALL


def _shown(side: Side) -> tuple[object, ...]:
    facts = side.facts
    return (facts.size, facts.orientation, side.profile, facts.gain_map, facts.bits, facts.moves)


def _same_pixels(old: Side, new: Side) -> bool:
    if old.facts.moves or isinstance(old.source, Photo) != isinstance(new.source, Photo):
        return False
    if old.photo and new.photo and old.alpha is None and new.alpha is None:
        return old.picture.size == new.picture.size and old.picture.tobytes() == new.picture.tobytes()
    one, two = (np.asarray(side.layers or side.stored.convert("RGBA")) for side in (old, new))
    return one.shape == two.shape and bool(((one == two).all(-1) | ((one[..., 3] == 0) & (two[..., 3] == 0))).all())
