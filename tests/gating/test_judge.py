from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import half_failed, judged, unreadable

from idetex_plugin.gating.judge import is_sure, judge
from idetex_plugin.gating.policies import policy_named, profiles
from idetex_plugin.words.assessment import Assessment, Quality, Region
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.verdict import Outcome
from idetex_plugin.words.vocabulary import VIDA, DistortionType, Level, Severity, Vocabulary

WEB = policy_named("web")
LEFT, RIGHT = Box(x1=0, y1=0, x2=0.5, y2=1), Box(x1=0.5, y1=0, x2=1, y2=1)


def region(
    name: str = "Noise", severity: Severity | None = Severity.SEVERE, box: Box = LEFT, confidence: float | None = 0.9
) -> Region:
    return Region(distortion=name, severity=severity, box=box, confidence=confidence)


def photo(*regions: Region, level: Level = Level.GOOD) -> Assessment:
    return judged("p.jpg", regions=regions).model_copy(update={"quality": Quality(level=level)})


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (region(severity=Severity.MINOR), Outcome.PASS),
        (region(severity=Severity.MODERATE), Outcome.REVIEW),
        (region(severity=Severity.SEVERE), Outcome.REJECT),
        (region(severity=None), Outcome.REVIEW),
        (region(confidence=0.1), Outcome.PASS),
        (region(confidence=None), Outcome.REJECT),
        (region(box=Box(x1=0, y1=0, x2=0.1, y2=0.1)), Outcome.PASS),
        (region("Meaningless solid color", Severity.MINOR), Outcome.REVIEW),
    ],
)
def test_without_an_original_every_region_counts_by_its_limit(found: Region, outcome: Outcome) -> None:
    verdict = judge(None, photo(found), WEB)
    assert verdict.outcome is outcome
    assert verdict.regions == (() if outcome is Outcome.PASS else (found,))
    assert bool(verdict.reasons) == bool(verdict.remedies) == (outcome is not Outcome.PASS)


def test_with_an_original_only_what_is_new_or_worse_counts() -> None:
    before = photo(region(), region("Motion blur", Severity.MINOR, RIGHT))
    assert judge(before, photo(region()), WEB).outcome is Outcome.PASS
    assert judge(before, photo(region(severity=Severity.MODERATE)), WEB).outcome is Outcome.PASS
    blur = region("Out of focus blur", Severity.MINOR, RIGHT)
    assert judge(before, photo(blur), policy_named("archive")).outcome is Outcome.PASS
    elsewhere = judge(before, photo(region(box=RIGHT)), WEB)
    assert (elsewhere.outcome, elsewhere.regions) == (Outcome.REJECT, (region(box=RIGHT),))
    assert elsewhere.reasons == ("reject: new or worse Severe noise, right, 50% of the photo",)
    worse = judge(before, photo(region("Motion blur", Severity.SEVERE, RIGHT)), WEB)
    assert worse.outcome is Outcome.REJECT


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (Level.GOOD, Level.FAIR, Outcome.PASS),
        (Level.GOOD, Level.POOR, Outcome.REVIEW),
        (Level.GOOD, Level.BAD, Outcome.REJECT),
        (Level.POOR, Level.GOOD, Outcome.PASS),
        (None, Level.FAIR, Outcome.PASS),
        (None, Level.POOR, Outcome.REVIEW),
        (None, Level.BAD, Outcome.REJECT),
    ],
)
def test_the_level_counts_by_its_fall_or_by_itself(before: Level | None, after: Level, outcome: Outcome) -> None:
    original = None if before is None else photo(level=before)
    assert judge(original, photo(level=after), WEB).outcome is outcome


def test_what_failed_is_for_review_and_never_passes() -> None:
    for failed in (unreadable("p.jpg"), half_failed("p.jpg")):
        for pair in ((None, failed), (failed, photo()), (photo(), failed)):
            verdict = judge(*pair, WEB)
            assert verdict.outcome is Outcome.REVIEW
            assert "could not be assessed" in verdict.reasons[0]


def test_a_plugins_distortion_keeps_its_group() -> None:
    words = Vocabulary([*VIDA, DistortionType(name="Banding", group="Compression")])
    before, after = photo(region("Blocking artifacts")), photo(region("Banding"))
    assert judge(before, after, WEB, words).outcome is Outcome.PASS
    assert judge(before, after, WEB).outcome is Outcome.REJECT


@pytest.mark.parametrize(
    ("probabilities", "found", "sure"),
    [
        ({Level.GOOD: 0.6, Level.EXCELLENT: 0.35, Level.FAIR: 0.05}, (), True),
        ({Level.GOOD: 0.6, Level.FAIR: 0.4}, (), False),
        ({}, (), False),
        ({Level.GOOD: 1.0}, (region(severity=Severity.MINOR, confidence=0.1),), False),
    ],
)
def test_a_model_is_sure_where_it_sees_nothing_new_and_no_fall(
    probabilities: dict[Level, float], found: tuple[Region, ...], sure: bool
) -> None:
    quality = Quality.of(probabilities, Level.GOOD)
    after = photo(*found).model_copy(update={"quality": quality})
    assert is_sure(photo(), after, 0.9) is sure
    assert is_sure(photo(), after, 0)


regions = st.builds(
    region, st.sampled_from(VIDA.names), st.sampled_from(Severity), st.sampled_from([LEFT, RIGHT, WHOLE])
)


@given(st.lists(regions, max_size=5), regions, st.sampled_from(profiles()))
def test_one_region_more_never_makes_it_better(some: list[Region], more: Region, profile: str) -> None:
    policy = policy_named(profile)
    fewer, all_of = judge(None, photo(*some), policy), judge(None, photo(*some, more), policy)
    assert all_of.outcome.rank >= fewer.outcome.rank


@given(st.lists(regions, max_size=5), st.sampled_from(profiles()))
def test_a_photo_is_never_worse_than_itself(some: list[Region], profile: str) -> None:
    assert judge(photo(*some), photo(*some), policy_named(profile)).outcome is Outcome.PASS
