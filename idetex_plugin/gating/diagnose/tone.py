"""Tones: a curve that turns the original's into the copy's, where one explains most of what differs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from idetex_plugin.gating.diagnose.findings import difference
from idetex_plugin.gating.diagnose.small import Floats, apart
from idetex_plugin.words.verdict import Difference, Kind, Outcome

PLAIN, GRAVE = 3.0, 12.0
EXPLAINED = 0.4
SQUEEZED, OFFSET = 219 / 255, 16.0
INNER = (6.0, 249.0)
POWERS = np.geomspace(0.3, 3.3, 49)


def tone(one: Floats, two: Floats, plain: float = PLAIN) -> Difference | None:
    """A changed range, gamma, brightness, contrast or colour balance between two (side, side, 3) pictures.

    plain: a mean difference, in levels of 255, that is let be.
    """
    before = apart(one, two)
    if before < plain:
        return None
    fits = [*_fits(one, two)]
    left, words, action = min(fits, key=lambda fit: fit[0])
    simple = [fit for fit in fits if fit[0] <= left * 1.25 + 0.1]
    left, words, action = simple[0]
    if left > EXPLAINED * before:
        return None
    outcome = Outcome.REJECT if before >= GRAVE else Outcome.REVIEW
    return difference(Kind.TONE, outcome, f"{words}; {before:.0f} levels of 255 on average", action, settles=True)


def _fits(one: Floats, two: Floats) -> Iterator[tuple[float, str, str]]:
    """What is left after each kind of curve, and its words; the simplest first."""
    squeezed = one * SQUEEZED + OFFSET
    yield apart(squeezed, two), "range squeezed: 0..255 became 16..235", "check-range"
    stretched = np.clip((one - OFFSET) / SQUEEZED, 0, 255)
    yield apart(stretched, two), "range stretched: taken for 16..235, shadows and lights are cut", "check-range"
    power, left = min(((p, apart(255 * (one / 255) ** p, two)) for p in POWERS), key=lambda each: each[1])
    lighter = "lighter" if power < 1 else "darker"
    yield left, f"gamma changed: {lighter}, as raised to the power of {power:.2f}", "check-tone"
    slope, offset = _line(one, two)
    shift = float((two - one).mean())
    brighter = "brighter" if shift > 0 else "darker"
    contrast = "" if abs(slope - 1) < 0.05 else f", contrast times {slope:.2f}"
    yield (
        apart(np.clip(one * slope + offset, 0, 255), two),
        f"{brighter} by {abs(shift):.0f} levels{contrast}",
        "check-tone",
    )
    lines = [_line(one[..., channel], two[..., channel]) for channel in range(3)]
    fitted = np.stack([np.clip(one[..., c] * a + b, 0, 255) for c, (a, b) in enumerate(lines)], -1)
    shifts = (two - one).mean((0, 1))
    moved = ", ".join(f"{name} {by:+.0f}" for name, by in zip(("red", "green", "blue"), shifts, strict=True))
    yield apart(fitted, two), f"colour balance changed: {moved}", "check-tone"


def _line(one: Floats, two: Floats) -> tuple[float, float]:
    """Slope and offset by least squares, of what is not cut off in the copy."""
    inner = (two > INNER[0]) & (two < INNER[1])
    x, y = (one[inner], two[inner]) if inner.sum() > 32 else (one.ravel(), two.ravel())
    spread = float(x.var())
    slope = float(((x - x.mean()) * (y - y.mean())).mean()) / spread if spread > 1 else 1.0
    return slope, float(y.mean() - slope * x.mean())
