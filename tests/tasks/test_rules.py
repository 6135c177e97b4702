from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.tasks import rules
from idetex_plugin.tasks.questions import DEFAULT_QUESTIONS
from idetex_plugin.words.assessment import Answer, Quality, Region
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.vocabulary import Level, Severity


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


def quality(**shares: float) -> Quality:
    named = {Level(name): share for name, share in shares.items()}
    return Quality.of(named, max(named, key=lambda level: named[level]))


def test_a_level_agrees_with_regions_as_far_as_it_is_pulled() -> None:
    said = quality(bad=0.02, poor=0.08, fair=0.2, good=0.3, excellent=0.4)
    assert rules.agreed(said, [region()], (0, 0)) == said
    assert rules.agreed(said, [region(severity=Severity.MINOR)], (0.5, 0.5)).level is Level.GOOD
    assert rules.agreed(said, [region()], (0, 50)).level is Level.BAD
    assert rules.agreed(said, [region()], (50, 0)).level is Level.EXCELLENT
    assert rules.agreed(said, [], (0.5, 0)).probabilities[Level.EXCELLENT] > 0.4


def test_without_probabilities_the_level_is_what_was_said() -> None:
    said = Quality(level=Level.EXCELLENT)
    assert rules.agreed(said, [region()], (2, 2)) == said


@given(
    st.lists(st.floats(0, 1), min_size=5, max_size=5).filter(lambda shares: sum(shares) > 1e-6),
    st.lists(st.sampled_from(Severity), max_size=3),
    st.tuples(st.floats(0, 20), st.floats(0, 20)),
)
def test_agreed_levels_are_probabilities_of_which_the_level_is_the_first(
    shares: list[float], severities: list[Severity], pull: tuple[float, float]
) -> None:
    said = Quality.of(dict(zip(Level, (share / sum(shares) for share in shares), strict=True)), Level.FAIR)
    found = rules.agreed(said, [region(severity=severity) for severity in severities], pull)
    assert sum(found.probabilities.values()) == pytest.approx(1)
    if any(pull):
        assert found.probabilities[found.level] == max(found.probabilities.values())
    assert found.score is not None and 1 <= found.score <= 5


DOMINANT, *_ = DEFAULT_QUESTIONS


def answered(choice: str, shares: dict[str, float] | None = None, text: str = DOMINANT.text) -> Answer:
    return Answer(
        name="dominant", question=text, options=DOMINANT.options, choice=choice, probabilities=shares or {}
    )  # fmt: skip


def test_an_answer_gives_way_to_the_regions_as_far_as_it_is_pulled() -> None:
    said = answered("None", {"None": 0.8, "Noise": 0.2})
    assert rules.borne_out(said, [region("Noise")], (0, 1)).probabilities == pytest.approx(said.probabilities)
    assert rules.borne_out(said, [region("Noise")], (1, 1)).choice == "None"
    pulled = rules.borne_out(said, [region("Noise")], (2, 1))
    assert pulled.choice == "Noise" and sum(pulled.probabilities.values()) == pytest.approx(1)
    assert rules.borne_out(said, [], (2, 1)).probabilities["None"] > 0.8
    calmer = rules.borne_out(said, [region("Noise")], (2, 0.5))
    assert calmer.choice == "Noise" and calmer.probabilities["Noise"] < pulled.probabilities["Noise"]
    unknown = Region(distortion="Noise", severity=None, box=WHOLE)
    severe = Answer(
        name="severity", question=DEFAULT_QUESTIONS[1].text, options=DEFAULT_QUESTIONS[1].options,
        choice="Minor", probabilities={"Minor": 0.5, "Moderate": 0.4, "Severe": 0.1},
    )  # fmt: skip
    assert rules.borne_out(severe, [unknown], (1, 1)).choice == "Moderate"


def test_other_questions_and_answers_without_probabilities_stay() -> None:
    other = answered("None", {"None": 0.5, "Noise": 0.5}, "Which distortion would you mend first?")
    for answer in (other, answered("None")):
        assert rules.borne_out(answer, [region("Noise")], (9, 1)) == answer


def test_what_is_right_for_the_default_questions_is_one_of_their_options() -> None:
    found = [region("Noise", Severity.MINOR), region("Motion blur", Severity.SEVERE, Box(x1=0, y1=0, x2=0.4, y2=0.4))]
    for regions in (found, found[:1], []):
        for question in DEFAULT_QUESTIONS:
            assert rules.default_answer(question.name, regions) in question.options
    said = [rules.default_answer(question.name, found) for question in DEFAULT_QUESTIONS]
    assert said == ["Motion blur", "Severe", "top left"]
