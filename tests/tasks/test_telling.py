from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.tasks.effects import effect
from idetex_plugin.tasks.rules import key_distortions
from idetex_plugin.tasks.telling import told
from idetex_plugin.words.assessment import Description, Finding, Quality, Region
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.vocabulary import VIDA, Level, Severity

PART = Box(x1=0.25, y1=0.25, x2=0.5, y2=0.75)
SMEARED = Finding(
    distortion="Motion blur", severity=Severity.SEVERE, boxes=(PART,), effect="movement badly drags the contours."
)
SAID = Description(
    text="as the reply had it", content="A scene that is dim.", findings=(SMEARED,), key_distortions=("Motion blur",),
    verdict=Level.POOR,
)  # fmt: skip
BLUR = Region(distortion="Motion blur", severity=Severity.SEVERE, box=PART, confidence=0.8)
NOISE = Region(distortion="Noise", severity=Severity.MINOR, box=WHOLE, confidence=0.9)
POOR = Quality(level=Level.POOR)


def test_a_description_of_what_is_reported_stays_as_it_was_written() -> None:
    assert told(SAID, [BLUR], POOR) == SAID == told(SAID, [BLUR], None)


def test_its_verdict_is_the_level() -> None:
    told_so = told(SAID, [BLUR], Quality(level=Level.BAD))
    assert told_so == SAID.model_copy(update={"verdict": Level.BAD, "text": told_so.text})
    assert told_so.text.endswith("Thus, the quality of the image is bad.")
    assert "movement badly drags the contours." in told_so.text


def test_what_the_reply_did_not_see_is_told_in_the_words_of_its_kind() -> None:
    told_so = told(SAID, [NOISE, BLUR], POOR)
    assert [finding.effect for finding in told_so.findings] == [effect("Noise", Severity.MINOR), SMEARED.effect]
    assert "Minor noise at (0,0),(1000,1000): grain slightly covers the detail." in told_so.text
    assert "Key distortions: Motion blur." in told_so.text


def test_what_is_not_reported_is_not_told() -> None:
    clean = told(SAID, [], None)
    assert (clean.findings, clean.key_distortions, clean.verdict) == ((), (), Level.EXCELLENT)
    assert clean.text == "A scene that is dim.\nKey distortions: none.\nThus, the quality of the image is excellent."


REGIONS = st.lists(
    st.builds(
        Region, distortion=st.sampled_from(VIDA.names), severity=st.sampled_from([*Severity, None]),
        box=st.sampled_from([PART, WHOLE]),
    ),
    max_size=4,
)  # fmt: skip


@given(REGIONS, st.none() | st.builds(Quality, level=st.sampled_from(Level)))
def test_it_never_contradicts_what_is_reported(regions: list[Region], quality: Quality | None) -> None:
    told_so = told(SAID, regions, quality)
    found = {(region.distortion, region.severity, region.box) for region in regions}
    assert {(each.distortion, each.severity, box) for each in told_so.findings for box in each.boxes} == found
    assert told_so.key_distortions == key_distortions(regions)
    assert quality is None or told_so.verdict == quality.level
