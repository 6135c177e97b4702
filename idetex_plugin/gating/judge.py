"""From assessments to a verdict under a policy. No pixels, no engine.

With an original only damage counts that is new or worse. A region of the compressed photo is old if the original has
one of the same type, or of the same group (models take one blur for another), that is as severe and overlaps it: IoU at
least .3, or half of the region.
"""

from __future__ import annotations

from collections.abc import Iterator

from idetex_plugin.gating.remedies import remedies_for
from idetex_plugin.words.assessment import Assessment, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.failure import State
from idetex_plugin.words.policy import Limit, Policy, rank
from idetex_plugin.words.verdict import MODEL, Outcome, Verdict
from idetex_plugin.words.vocabulary import VIDA, Vocabulary

SAME_IOU = 0.3
SAME_PART = 0.5
Weighed = tuple[Outcome, str]


def judge(
    original: Assessment | None, compressed: Assessment, policy: Policy, vocabulary: Vocabulary = VIDA
) -> Verdict:
    """The verdict, with the remedies of the package's own table. An assessment that failed in any task is a review.

    vocabulary: which tells the groups of types, those of plugins too.
    """
    for name, assessment in (("compressed photo", compressed), ("original", original)):
        if assessment is not None and assessment.state is not State.OK:
            return Verdict.undecided(f"the {name} could not be assessed: {_why(assessment)}")
    worse = [region for region in compressed.regions if not _is_old(region, original, vocabulary)]
    counted = [(_outcome(region, policy), region) for region in worse if _is_sure(region, policy)]
    flagged = [(outcome, region) for outcome, region in counted if outcome is not Outcome.PASS]
    flagged.sort(key=lambda pair: (-pair[0].rank, -rank(pair[1].severity), -pair[1].box.area))
    regions = tuple(region for _, region in flagged)
    new = "new or worse " if original is not None else ""
    reasons: list[Weighed] = [(outcome, f"{new}{_words(region)}") for outcome, region in flagged]
    reasons += _level_reasons(compressed, policy, original)
    outcome = max((outcome for outcome, _ in reasons), key=lambda each: each.rank, default=Outcome.PASS)
    return Verdict(
        outcome=outcome, reasons=tuple(f"{each}: {words}" for each, words in reasons), regions=regions,
        remedies=remedies_for(regions), decided_by=MODEL, photo=compressed.photo,
    )  # fmt: skip


def _is_sure(region: Region, policy: Policy) -> bool:
    return region.confidence is None or region.confidence >= policy.confidence


def is_sure(original: Assessment, compressed: Assessment, share: float, vocabulary: Vocabulary = VIDA) -> bool:
    """Whether the model sees nothing new, however slight, and finds it this probable that the level has not fallen.

    Without probabilities it is not sure.
    """
    if share <= 0:
        return True
    if not all(_is_old(region, original, vocabulary) for region in compressed.regions):
        return False
    before, after = original.quality, compressed.quality
    if before is None or after is None or not after.probabilities:
        return False
    kept = sum(weight for level, weight in after.probabilities.items() if level.score >= before.level.score)
    return kept >= share * sum(after.probabilities.values())


def _is_old(region: Region, original: Assessment | None, vocabulary: Vocabulary) -> bool:
    known = original.regions if original is not None else ()
    return any(
        _group(old.distortion, vocabulary) == _group(region.distortion, vocabulary)
        and rank(old.severity) >= rank(region.severity)
        and _same_place(region.box, old.box)
        for old in known
    )


def _same_place(box: Box, old: Box) -> bool:
    return box.iou(old) >= SAME_IOU or box.intersection(old) >= SAME_PART * box.area


def _group(name: str, vocabulary: Vocabulary) -> str:
    kind = vocabulary.find(name)
    return kind.group if kind else name


def _outcome(region: Region, policy: Policy) -> Outcome:
    limits = (limit for limit in policy.limits_for(region) if region.box.area >= limit.area)
    return max((_beyond(region, limit) for limit in limits), key=lambda each: each.rank, default=Outcome.PASS)


def _beyond(region: Region, limit: Limit) -> Outcome:
    """A region without a severity is reviewed, since nobody knows how bad it is."""
    if region.severity is None:
        return Outcome.REVIEW
    if rank(region.severity) <= rank(limit.passes):
        return Outcome.PASS
    return Outcome.REVIEW if rank(region.severity) <= rank(limit.reviews) else Outcome.REJECT


def _level_reasons(compressed: Assessment, policy: Policy, original: Assessment | None) -> Iterator[Weighed]:
    if compressed.quality is None:
        return
    level = compressed.quality.level
    if original is not None:
        if policy.level_drop is not None and original.quality is not None:
            beyond = original.quality.level.score - level.score - policy.level_drop
            if beyond > 0:
                outcome = Outcome.REVIEW if beyond == 1 else Outcome.REJECT
                yield outcome, f"quality fell from {original.quality.level} to {level}"
    elif policy.least_level is not None and level.score < policy.least_level.score:
        outcome = Outcome.REVIEW if policy.least_level.score - level.score == 1 else Outcome.REJECT
        yield outcome, f"quality is {level}, the policy asks for {policy.least_level}"


def _words(region: Region) -> str:
    severity = f"{region.severity} " if region.severity else ""
    return f"{severity}{region.distortion.lower()}, {region.box.position}, {region.box.area:.0%} of the photo"


def _why(assessment: Assessment) -> str:
    if assessment.failure is not None:
        return assessment.failure.message
    failed = [f"{name}: {status.message}" for name, status in assessment.tasks.items() if status.fell_short]
    return "; ".join(failed) or "no task was asked"
