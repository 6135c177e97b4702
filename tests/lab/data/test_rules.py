from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.lab.data import phrases, rules
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.vocabulary import VIDA, Level, Severity


def region(name: str = "Noise", severity: Severity = Severity.SEVERE, box: Box = WHOLE) -> Region:
    return Region(distortion=name, severity=severity, box=box)


def test_a_clean_photo_is_excellent_and_a_severe_one_bad() -> None:
    assert rules.level_of([]) is Level.EXCELLENT
    assert rules.level_of([region()]) is Level.BAD
    assert rules.level_of([region(severity=Severity.MINOR)]) is Level.GOOD


@given(st.lists(st.sampled_from(Severity), max_size=4), st.sampled_from(Severity))
def test_one_more_distortion_never_raises_the_level(present: list[Severity], added: Severity) -> None:
    before = [region(severity=severity) for severity in present]
    assert rules.level_of([*before, region(severity=added)]).score <= rules.level_of(before).score


def test_key_distortions_are_the_most_significant_ones() -> None:
    corner = Box(x1=0, y1=0, x2=0.3, y2=0.3)
    regions = [region("Noise", Severity.MINOR, corner), region("Low clarity"), region("Blocking artifacts")]
    assert rules.key_distortions(regions) == ("Low clarity", "Blocking artifacts")
    assert rules.key_distortions([]) == ()


def test_the_centre_weighs_more_than_the_corner() -> None:
    centre, corner = Box(x1=0.4, y1=0.4, x2=0.6, y2=0.6), Box(x1=0, y1=0, x2=0.2, y2=0.2)
    assert rules.significance(region(box=centre)) > rules.significance(region(box=corner))


def test_every_type_and_severity_has_its_own_words() -> None:
    texts = {phrases.effect(name, severity) for name in VIDA.names for severity in Severity}
    assert len(texts) == 30


def test_content_tells_light_and_colour() -> None:
    black = np.zeros((8, 8, 3), np.float32)
    assert phrases.content(black) == "A scene that is dark, with neutral tones and hardly any colour."
    warm = np.full((8, 8, 3), [0.9, 0.7, 0.4], np.float32)
    assert phrases.content(warm) == "A scene that is bright, with warm tones and strong colour."
