from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.tasks.deciding import SMALLEST, WholeFrame, anywhere, decided, log_odds, weighed
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.request import Grades
from idetex_plugin.words.vocabulary import Severity

PART = Region(distortion="Noise", severity=Severity.MINOR, box=Box(x1=0, y1=0, x2=0.5, y2=0.5), confidence=0.4)
ALL = PART.model_copy(update={"box": WHOLE})
SHARES = st.floats(0, 1)


@pytest.mark.parametrize(
    ("threshold", "kept"), [({}, True), ({"Noise": 0.4}, True), ({"Noise": 0.41}, False), ({"Low clarity": 0.9}, True)]
)
def test_a_region_is_reported_where_its_type_is_as_probable_as_the_threshold(
    threshold: dict[str, float], kept: bool
) -> None:
    assert decided((PART,), {"Noise": 0.4, "Low clarity": 0.1}, threshold) == ((PART,) if kept else ())
    assert decided((PART,), {}, threshold) == (PART,)


def test_a_probable_type_without_a_region_is_reported_for_the_whole_frame() -> None:
    shares = {"Underexposure": 0.3, "Noise": 0.4, "Edge ringing effect": 0.9}
    found = decided((PART,), shares, {"Underexposure": 0.25, "Noise": 0.2, "Edge ringing effect": 0.2})
    assert found == (PART, Region(distortion="Underexposure", severity=None, box=WHOLE, confidence=0.3))


@given(SHARES, SHARES, SHARES)
def test_evidence_weighs_in_log_odds(reply: float, pixels: float, share: float) -> None:
    whole = {"Noise": (pixels, 0.0, 0.0), "Low clarity": (0.5, 0.5, 0.5)}
    [(name, frame)] = weighed({"Noise": reply, "Low clarity": 0.5}, whole, {"Noise": (share, 0.5)}).items()
    assert name == "Noise" and frame.said == (frame.probability >= 0.5)
    low, high = sorted(min(max(each, SMALLEST), 1 - SMALLEST) for each in (reply, pixels))
    assert low * (1 - 1e-6) <= frame.probability <= high * (1 + 1e-6)
    expected = (1 - share) * log_odds(reply) + share * log_odds(pixels)
    assert log_odds(frame.probability) == pytest.approx(expected, abs=1e-6)


def test_evidence_is_for_types_that_reply_and_pixels_both_know() -> None:
    weights = {"Noise": (0.5, 0.5), "Low clarity": (0.5, 0.5)}
    assert weighed({"Noise": 0.5}, {"Low clarity": (0.5, 0.5, 0.5)}, weights) == {}
    assert weighed({"Noise": 0.2}, {}, {}) == {}


@pytest.mark.parametrize(
    ("grades", "severity"),
    [
        ((0.9, 0.2, 0.1), Severity.MINOR), ((0.9, 0.4, 0.2), Severity.MODERATE), ((0.9, 0.8, 0.4), Severity.SEVERE),
        ((0.2, 0.1, 0.0), Severity.MODERATE), ((0.0, 0.0, 0.0), Severity.SEVERE),
    ],
)  # fmt: skip
def test_the_severity_is_the_worst_that_is_a_third_as_probable_as_the_type(grades: Grades, severity: Severity) -> None:
    assert weighed({"Noise": 0.5}, {"Noise": grades}, {"Noise": (0.5, 0.5)})["Noise"].severity is severity


@pytest.mark.parametrize(
    ("regions", "presence", "frame", "expected"),
    [
        ((), 0.1, 0.6, ["new"]),  # pixels alone name it
        ((), 0.9, 0.4, []),  # and alone do not: the reply has no place for it
        ((ALL,), 0.9, 0.4, []),  # pixels take a whole frame back
        ((ALL,), 0.1, 0.6, [ALL]),  # or keep it
        ((PART,), 0.9, 0.4, [PART]),  # of a part they say nothing
        ((PART,), 0.1, 0.4, []),
        ((PART,), 0.1, 0.6, ["new"]),
        ((PART, ALL), 0.9, 0.6, [PART, ALL]),
    ],
)
def test_the_whole_frame_goes_by_the_evidence_and_parts_by_the_reply(
    regions: tuple[Region, ...], presence: float, frame: float, expected: list[object]
) -> None:
    new = Region(distortion="Noise", severity=Severity.SEVERE, box=WHOLE, confidence=frame)
    found = decided(regions, {"Noise": presence}, {"Noise": 0.5}, {"Noise": WholeFrame(frame, 0.5, Severity.SEVERE)})
    assert list(found) == [new if each == "new" else each for each in expected]


@pytest.mark.parametrize(
    ("regions", "frame", "expected"),
    [((), 0.2, 0.2), ((ALL,), 0.2, 0.2), ((PART,), 0.2, 0.6), ((PART,), 0.7, 0.7), ((PART, ALL), 0.2, 0.6)],
)
def test_a_type_that_the_reply_places_in_a_part_is_anywhere_at_least_as_the_reply_has_it(
    regions: tuple[Region, ...], frame: float, expected: float
) -> None:
    frames = {"Noise": WholeFrame(frame, 0.5, Severity.SEVERE)}
    found = anywhere(regions, {"Noise": 0.6, "Edge aliasing effect": 0.1}, frames)
    assert found == {"Noise": expected, "Edge aliasing effect": 0.1}
    assert anywhere(regions, {"Noise": 0.6}, {}) == {"Noise": 0.6}


def test_log_odds_are_bounded() -> None:
    assert log_odds(0) == pytest.approx(-log_odds(1)) == pytest.approx(math.log(SMALLEST))
