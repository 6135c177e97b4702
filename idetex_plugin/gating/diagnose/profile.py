"""Colour profile and gamma: whether pixels were converted when the tag that explains them was changed."""

from __future__ import annotations

import numpy as np

from idetex_plugin.gating.diagnose.facts import SRGB_GAMMA, profile_name
from idetex_plugin.gating.diagnose.findings import difference
from idetex_plugin.gating.diagnose.side import Side
from idetex_plugin.gating.diagnose.small import Floats, apart, grid
from idetex_plugin.words.policy import Policy
from idetex_plugin.words.verdict import Difference, Kind, Outcome

SHOWS, GRAVE = 0.75, 6.0
SAME_NUMBERS = 0.5


def profile(old: Side, new: Side, policy: Policy) -> Difference | None:
    """What a changed colour profile did: the same numbers then mean other colours."""
    before, after = old.facts.profile, new.facts.profile
    if before == after or (not before and not after):
        return None
    shown = f"colour profile ({profile_name(before or after or b'') or 'nameless'})"
    managed, numbers = apart(old.small, new.small), apart(grid(old.stored), grid(new.stored))
    if managed >= SHOWS and numbers <= SAME_NUMBERS * managed:
        words = (
            f"the {shown} is gone"
            if before and not after
            else f"the {shown} was attached"
            if after and not before
            else "the colour profile is another"
        )
        words += f", the numbers are the same: colours are off by {managed:.1f} levels of 255 on average"
        grave = managed >= GRAVE or (new.facts.mode == "CMYK" and not after)
        outcome = Outcome.REJECT if grave else Outcome.REVIEW
        return difference(Kind.PROFILE, outcome, words, "convert-profile", settles=True)
    if before and not after and (not policy.strip_profile or effect(old) >= SHOWS):
        words = f"the {shown} was removed and the pixels converted"
        if policy.strip_profile:
            return difference(Kind.PROFILE, Outcome.PASS, words)
        return difference(Kind.PROFILE, Outcome.REVIEW, words + "; the policy keeps profiles", "keep-profile")
    return None


def effect(side: Side) -> float:
    """How much the profile of a file changes its colours, in levels of 255 on average."""
    return apart(side.small, grid(side.stored)) if side.facts.profile else 0.0


def gamma(old: Side, new: Side) -> Difference | None:
    """What a lost or another gAMA of a PNG did; a profile or sRGB outranks it."""
    before, after = (side.facts.gamma or SRGB_GAMMA for side in (old, new))
    if before == after or old.facts.profile or new.facts.profile:
        return None
    stored = [grid(side.stored) for side in (old, new)]
    shown = apart(_shown(stored[0], before), _shown(stored[1], after))
    if shown < SHOWS or apart(*stored) > SAME_NUMBERS * shown:
        return None
    lost = "is gone" if new.facts.gamma is None else "is another"
    lighter = "darker" if before > after else "lighter"
    words = (
        f"the gamma tag (gAMA {before:.2f}) {lost}, the numbers are the same: {lighter} by {shown:.0f} levels of 255"
    )
    outcome = Outcome.REJECT if shown >= GRAVE else Outcome.REVIEW
    return difference(Kind.GAMMA, outcome, words, "apply-gamma", settles=True)


def _shown(stored: Floats, gamma: float) -> Floats:
    """As a viewer shows numbers with this gAMA."""
    return np.asarray(255 * (stored / 255) ** (SRGB_GAMMA / gamma), np.float32)
