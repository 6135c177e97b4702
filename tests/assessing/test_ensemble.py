"""Several models as one: what they say is fused, what one cannot do is told."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image
from standins import WindowEngine, nano_says

from idetex_plugin.assessing.ensemble import Ensemble, ensemble_or_one
from idetex_plugin.assessing.fusion import Voice, fuse_answers, fuse_quality, fuse_regions, fused
from idetex_plugin.words.assessment import Answer, Assessment, PhotoInfo, Quality, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.card import TASKS
from idetex_plugin.words.failure import OK, SKIPPED, Failure, Reason, State, TaskStatus
from idetex_plugin.words.request import Reply, Request
from idetex_plugin.words.vocabulary import Level, Severity
from tests.said import card

LEFT, RIGHT = Box(x1=0, y1=0, x2=0.5, y2=1), Box(x1=0.5, y1=0, x2=1, y2=1)


def said(name: str = "a", **values: object) -> Assessment:
    tasks = values.pop("tasks", {"grounding": OK, "perception": OK})
    return Assessment(photo=PhotoInfo(name="p"), model=name, fingerprint="f", engine="e", tasks=tasks, **values)


def region(box: Box, confidence: float | None = None, kind: str = "Noise") -> Region:
    return Region(distortion=kind, severity=Severity.MINOR, box=box, confidence=confidence)


def two(first: Assessment, second: Assessment, *weights: float) -> list[Voice]:
    return [Voice(one, weight) for one, weight in zip((first, second), weights or (1, 1), strict=True)]


def test_scores_are_averaged_by_weight() -> None:
    low, high = Quality(level=Level.BAD, score=1), Quality(level=Level.GOOD, score=4)
    quality = fuse_quality(two(said(quality=low), said("b", quality=high), 1, 2))
    assert quality is not None and (quality.score, quality.level) == (3.0, Level.FAIR)
    unscored = two(said(quality=Quality(level=Level.BAD)), said("b", quality=Quality(level=Level.GOOD)), 1, 2)
    assert fuse_quality(unscored) == Quality(level=Level.GOOD)
    assert fuse_quality(two(said(), said("b"))) is None


def test_answers_are_averaged() -> None:
    sky = {"name": "sky", "question": "?", "options": ("Blue", "Grey")}
    one = Answer(**sky, choice="Blue", probabilities={"Blue": 0.6, "Grey": 0.4})
    other = Answer(**sky, choice="Grey", probabilities={"Blue": 0.1, "Grey": 0.9})
    [answer] = fuse_answers(two(said(answers=(one,)), said("b", answers=(other,))))
    assert answer.choice == "Grey" and answer.probabilities == pytest.approx({"Blue": 0.35, "Grey": 0.65})
    [heavy] = fuse_answers(two(said(answers=(one,)), said("b", answers=(other,)), 9, 1))
    assert heavy.choice == "Blue"
    plain = Answer(**sky, choice="Grey")
    [voted] = fuse_answers(two(said(answers=(plain,)), said("b", answers=(plain,))))
    assert voted.choice == "Grey" and voted.probabilities == {}


def test_overlapping_boxes_of_one_type_become_one() -> None:
    near = Box(x1=0, y1=0, x2=0.6, y2=1)
    [both] = fuse_regions(two(said(regions=(region(LEFT, 0.9),)), said("b", regions=(region(near, 0.3),))))
    assert (both.box.x1, both.box.y1, both.box.y2) == (0, 0, 1)
    assert both.box.x2 == pytest.approx((0.5 * 0.9 + 0.6 * 0.3) / 1.2)
    assert both.confidence == pytest.approx(0.6)
    other = region(near, 0.3, "Overexposure")
    apart = fuse_regions(two(said(regions=(region(LEFT, 0.9),)), said("b", regions=(other, region(RIGHT, 0.8)))))
    assert [(each.distortion, each.confidence) for each in apart] == [
        ("Noise", pytest.approx(0.45)), ("Noise", pytest.approx(0.4)), ("Overexposure", pytest.approx(0.15)),
    ]


def test_a_model_that_repeats_itself_does_not_agree_with_itself() -> None:
    twice = said(regions=(region(LEFT, 0.8), region(Box(x1=0, y1=0, x2=0.52, y2=1), 0.8)))
    [one] = fuse_regions(two(twice, said("b")))
    assert one.confidence == pytest.approx(0.4)


def test_a_model_that_does_not_ground_has_no_say_in_boxes() -> None:
    scorer = said("b", tasks={"grounding": SKIPPED, "perception": OK})
    found = (region(LEFT, 0.9),)
    assert fuse_regions(two(said(regions=found), scorer)) == found
    assert fuse_regions(two(scorer, scorer)) == ()


@given(st.lists(st.tuples(st.sampled_from([LEFT, RIGHT]), st.floats(0, 1) | st.none()), max_size=5), st.floats(0.1, 9))
@example([(LEFT, 5e-324)], 1.0)
def test_fused_regions_are_regions(found, weight) -> None:
    regions = tuple(region(box, confidence) for box, confidence in found)
    result = fuse_regions(two(said(regions=regions), said("b", regions=regions[:2]), weight, 1))
    assert (len(result) <= 2 and {each.box for each in result} <= {LEFT, RIGHT}) or result


def test_a_task_is_as_whole_as_its_models() -> None:
    late = TaskStatus.of(Failure(reason=Reason.TIMEOUT, message="late"))
    half = fused(two(said(), said("b", tasks={"grounding": late, "perception": OK})), "a+b", "f", "joint")
    assert half.tasks["perception"] == OK
    assert (half.tasks["grounding"].state, half.tasks["grounding"].message) == (State.PARTIAL, "b: late")
    none = fused(two(said(tasks={"grounding": late}), said("b", tasks={"grounding": late})), "a+b", "f", "joint")
    assert none.tasks["grounding"].state is State.FAILED
    skipped = fused(two(said(), said("b", tasks={"grounding": SKIPPED, "perception": OK})), "a+b", "f", "joint")
    assert skipped.state is State.OK


def rates(request: Request) -> Reply:
    if request.choices:
        return Reply(request.choices[0])
    return Reply("<answer>4.5</answer>", reasoning="Crisp.")


RATER = card(name="rater", dialect="rating", tasks=("perception", "description"))


def test_a_scorer_and_a_grounder_assess_together() -> None:
    engines = [WindowEngine(answer=nano_says), WindowEngine(answer=rates)]
    with Ensemble(["nano", RATER], engines=engines) as together:
        assert together.card.name == "nano+rater" and together.card.tasks == TASKS
        found = list(together.assess_many([Image.new("RGB", (64, 48), (n, 90, 20)) for n in range(5)]))
        missing = together.assess("no/such/photo.jpg")
        parts = together.fingerprint_parts
    assert len(found) == 5 and all(one.state is State.OK for one in found)
    assert all(one.model == "nano+rater" and one.regions and one.quality.score for one in found)
    assert found[0].reasoning["perception"] == "rater: Crisp."
    assert missing.failure is not None and missing.failure.reason is Reason.NOT_FOUND
    assert any(name.startswith("nano: ") for name in parts) and any(name.startswith("rater: ") for name in parts)
    assert [engine.closed for engine in engines] == [0, 0]


def test_an_ensemble_asks_servers() -> None:
    with Ensemble(["nano", RATER], "server", url="http://a+http://b") as together:
        assert [member.card.name for member in together.members] == ["nano", "rater"]
    with pytest.raises(ValueError, match="needs the server's url"):
        Ensemble(["nano", RATER], "server")


def test_wrong_ensembles_are_named() -> None:
    with pytest.raises(ValueError, match="two different"):
        ensemble_or_one("nano+nano")
    with pytest.raises(ValueError, match="2 addresses for 3 models"):
        Ensemble(["nano", RATER, card(name="third")], url="http://a+http://b")
    with ensemble_or_one("nano") as one:
        assert not isinstance(one, Ensemble)
