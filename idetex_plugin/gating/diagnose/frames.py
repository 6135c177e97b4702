"""Frames of an animation: lost, frozen, or other ones than the original's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from idetex_plugin.gating.diagnose.facts import opened
from idetex_plugin.gating.diagnose.findings import difference
from idetex_plugin.gating.diagnose.side import Side
from idetex_plugin.gating.diagnose.small import Floats, apart, grid
from idetex_plugin.words.policy import Policy
from idetex_plugin.words.verdict import Difference, Kind, Outcome

SIDE = 32
MOST = 200
SEVERAL = "several"
MOVES, STILL = 2.0, 0.75
OTHER = 12.0
SAME_TIME = 0.1
MOMENTS = (0.25, 0.5, 0.75, 0.999)


@dataclass(frozen=True, slots=True)
class Film:
    """The time at which each frame ends, in milliseconds; and (frames, 32, 32, 3) pictures."""

    ends: tuple[float, ...]
    pictures: Floats

    @property
    def length(self) -> float:
        """In milliseconds."""
        return self.ends[-1]

    @property
    def moves(self) -> float:
        """The largest difference of a frame from the first."""
        return max(apart(self.pictures[0], picture) for picture in self.pictures)

    def at(self, share: float) -> Floats:
        """What is shown when this share of it has passed."""
        number = int(np.searchsorted(self.ends, share * self.length, side="right"))
        return np.asarray(self.pictures[min(number, len(self.ends) - 1)], np.float32)


def frames(old: Side, new: Side, policy: Policy) -> Difference | None:
    """What happened to the frames: counts first, then what is shown at four moments."""
    before, after = old.facts.frames, new.facts.frames
    if before == after == 1:
        return None
    if after == 1:
        words = f"frames lost: one frame of {before or SEVERAL} is left"
        if policy.still_from_animation:
            return difference(Kind.FRAMES, Outcome.PASS, words)
        return difference(Kind.FRAMES, Outcome.REVIEW, words, "keep-frames")
    if before == 1:
        words = f"moves: the copy has {after or SEVERAL} frames and the original one"
        return difference(Kind.FRAMES, Outcome.REVIEW, words, "check-source", settles=True)
    if before and after and max(before, after) <= MOST:
        one, two = _film(old, before), _film(new, after)
        if one is not None and two is not None:
            return _compared(one, two, before, after)
    words = f"frames: {before or SEVERAL} became {after or SEVERAL}, and not all of them can be compared"
    return difference(Kind.FRAMES, Outcome.REVIEW, words, "keep-frames")


def _compared(one: Film, two: Film, before: int, after: int) -> Difference | None:
    if two.moves < STILL and one.moves >= MOVES:
        words = f"frozen: all {after} frames of the copy show the same"
        return difference(Kind.FRAMES, Outcome.REJECT, words, "keep-frames", settles=True)
    timed = abs(two.length / one.length - 1) <= SAME_TIME if min(one.length, two.length) > 0 else before == after
    if not timed:
        lengths = f"{one.length / 1000:.1f} s became {two.length / 1000:.1f} s"
        what = f"frames lost: {after} of {before} are left" if after < before else "played at another speed"
        return difference(Kind.FRAMES, Outcome.REVIEW, f"{what}, {lengths}", "keep-frames")
    worst = max(min(apart(one.at(moment), two.at(near)) for near in _around(moment)) for moment in MOMENTS)
    first = apart(one.pictures[0], two.pictures[0])
    if worst > max(OTHER, 3 * first):
        words = "frames after the first show something else"
        return difference(Kind.FRAMES, Outcome.REJECT, words, "keep-frames", settles=True)
    if after != before:
        return difference(Kind.FRAMES, Outcome.PASS, f"{after} frames in place of {before}, of the same length")
    return None


def _around(moment: float) -> tuple[float, ...]:
    return tuple(min(max(moment + by, 0.0), 0.999) for by in (-0.06, -0.03, 0.0, 0.03, 0.06))


def _film(side: Side, count: int) -> Film | None:
    image = opened(side.source)
    if image is None:
        return None
    ends, pictures, passed = [], [], 0.0
    place = image.tell()
    try:
        for number in range(count):
            image.seek(number)
            pictures.append(grid(image.convert("RGBA").convert("RGB"), SIDE))
            passed += float(image.info.get("duration") or 0)
            ends.append(passed)
    except (EOFError, OSError, ValueError, SyntaxError):
        return None
    finally:
        image.seek(place)
    if passed <= 0:
        ends = [float(number + 1) for number in range(len(pictures))]
    return Film(tuple(ends), np.stack(pictures))
