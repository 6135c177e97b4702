"""Colour profile and gamma: whether pixels were converted when the tag that explains them was changed."""

from __future__ import annotations

from idetex_plugin.gating.diagnose.findings import difference
from idetex_plugin.gating.diagnose.side import Side
from idetex_plugin.gating.diagnose.small import apart, grid
from idetex_plugin.words.policy import Policy
from idetex_plugin.words.verdict import Difference, Kind, Outcome

SHOWS, GRAVE = 0.75, 6.0
SAME_NUMBERS = 0.5


def profile(old: Side, new: Side, policy: Policy) -> Difference | None:
    """What a changed colour profile, gAMA or other tag of colours did: the same numbers then mean other colours."""
    before, after = old.profile, new.profile
    if before == after:
        return None
    tag = (before or after or (b"", ""))[1].removeprefix("converted from ")
    is_gamma = tag.startswith("gAMA")
    kind, tag = (Kind.GAMMA, f"gamma tag ({tag})") if is_gamma else (Kind.PROFILE, tag)
    managed, numbers = apart(old.small, new.small), apart(grid(old.stored), grid(new.stored))
    if managed >= SHOWS and numbers <= SAME_NUMBERS * managed:
        what = f"{tag} is gone" if not after else f"{tag} was attached" if not before else "colour profile is another"
        words = f"the {what}, the numbers are the same: colours are off by {managed:.1f} levels of 255 on average"
        grave = managed >= GRAVE or (new.facts.mode == "CMYK" and not after)
        outcome = Outcome.REJECT if grave else Outcome.REVIEW
        return difference(kind, outcome, words, "apply-gamma" if is_gamma else "convert-profile", settles=True)
    if before and not after and (not policy.strip_profile or effect(old) >= SHOWS):
        words = f"the {tag} was removed and the pixels converted"
        if policy.strip_profile or is_gamma:
            return difference(kind, Outcome.PASS, words)
        return difference(kind, Outcome.REVIEW, words + "; the policy keeps profiles", "keep-profile")
    return None


def effect(side: Side) -> float:
    """How much the profile of a file changes its colours, in levels of 255 on average."""
    return apart(side.small, grid(side.stored)) if side.profile else 0.0
