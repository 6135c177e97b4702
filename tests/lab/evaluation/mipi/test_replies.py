"""Every published shape of a reply reads back as what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.dialects.reading import UnreadableError
from idetex_plugin.dialects.vida_regions import write_regions
from idetex_plugin.dialects.vida_steps import write_steps
from idetex_plugin.lab.evaluation.mipi.replies import (
    Place,
    description_said,
    option_said,
    regions_said,
    without_severity,
)
from idetex_plugin.lab.evaluation.mipi.submit import THOUSAND
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.vocabulary import VIDA, Level, Severity

REF = "<|object_ref_start|>{}<|object_ref_end|>"
BOX = "<|box_start|>({},{}),({},{})<|box_end|>"
corners = st.tuples(st.integers(0, 499), st.integers(0, 499), st.integers(500, 1000), st.integers(500, 1000))
regions = st.builds(
    lambda name, severity, box: Region(distortion=name, severity=severity, box=Box.from_thousand(box)),
    st.sampled_from(VIDA.names), st.sampled_from(Severity), corners,
)  # fmt: skip


def places(some: list[Region]) -> list[Place]:
    return [Place(region.distortion, region.box.to_thousand()) for region in some]


@given(st.lists(regions, min_size=1, max_size=5))
def test_a_detection_reads_back(some: list[Region]) -> None:
    said = regions_said(write_regions(some, THOUSAND) + "<|im_end|>")
    assert sorted(said, key=repr) == sorted(places(some), key=repr)


@given(st.lists(regions, min_size=1, max_size=4), st.sampled_from(Level))
def test_a_description_reads_back(some: list[Region], level: Level) -> None:
    key = some[0].distortion
    everything, keys, word = description_said(write_steps("A street.", some, [key], level, THOUSAND))
    assert [(place.name.lower(), place.box) for place in everything] == [(p.name.lower(), p.box) for p in places(some)]
    assert {place.name.lower() for place in keys} == {key.lower()}
    assert word == level


@given(st.lists(corners, min_size=1, max_size=4))
def test_several_boxes_follow_one_reference_and_an_alias_stays(boxes: list[tuple[int, int, int, int]]) -> None:
    text = REF.format("Severe blocking artifact") + "".join(BOX.format(*box) for box in boxes)
    assert regions_said(text) == tuple(Place("blocking artifact", box) for box in boxes)


DENIALS = ["No distortion affects this region.", "There is no distortion in the image.<|im_end|>"]


@pytest.mark.parametrize("text", DENIALS)
def test_a_denial_is_no_box(text: str) -> None:
    assert regions_said(text) == ()


@pytest.mark.parametrize("text", ["", "fine", BOX.format(1, 2, 3, 4), REF.format("Noise"), "Noise at (1,2),(3,4)"])
def test_what_is_neither_boxes_nor_a_denial_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        regions_said(text)


def test_a_missing_last_line_is_refused() -> None:
    with pytest.raises(UnreadableError, match="no quality level"):
        description_said("A street.\nNoise.\nThe key is noise.\nThat is all.")
    with pytest.raises(UnreadableError, match="of 1 lines"):
        description_said("Thus, the quality of the image is fair.")


@given(st.sampled_from("ABCD"), st.sampled_from(["{}", "{}.", "{}. Noise", " {}\n", "{}.<|im_end|>"]))
def test_a_letter_is_read_in_every_shape(letter: str, shape: str) -> None:
    assert option_said(shape.format(letter), list("wxyz")) == dict(zip("ABCD", "wxyz", strict=True))[letter]


@pytest.mark.parametrize("text", ["", "Z", "1", "?"])
def test_no_letter_is_no_answer(text: str) -> None:
    assert option_said(text, ["one", "two"]) is None


def test_a_severity_is_no_part_of_a_name() -> None:
    assert [without_severity(name) for name in ("Minor noise", "noise", "Severe", " moderate low clarity ")] == [
        "noise", "noise", "Severe", "low clarity",
    ]  # fmt: skip
