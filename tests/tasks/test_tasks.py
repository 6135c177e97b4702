import math
from dataclasses import replace
from unittest.mock import Mock

import pytest

from idetex_plugin.dialects.nano import NONE, NanoDialect
from idetex_plugin.tasks.description import DescriptionTask
from idetex_plugin.tasks.grounding import Affecting, Grounded, Grounding, Referring
from idetex_plugin.tasks.perception import Perceived, Perception
from idetex_plugin.words.assessment import PartialRegions
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.card import TASKS, Card, Doubt
from idetex_plugin.words.failure import Failure, Reason, State, TaskStatus
from idetex_plugin.words.question import Question
from idetex_plugin.words.request import Reply, Token
from idetex_plugin.words.vocabulary import VIDA, Level, Severity
from tests.said import LOOK, said, zero_shot

NOISE = '[{"bbox_2d":[0,0,500,500],"label":"Noise","severity":"Minor"}]'
nano = NanoDialect(Card(name="n", title="n", checkpoint="embedded", dialect="nano", boxes="bins", bins=32))
LATE = Reply("", "error", failure=Failure(reason=Reason.TIMEOUT, message="late"))


EVERY = (
    Grounding(zero_shot), Perception(zero_shot), DescriptionTask(zero_shot), Affecting(zero_shot, WHOLE),
    Referring(zero_shot, "Noise"),
)  # fmt: skip


def test_tasks_are_called_as_on_the_cards():
    assert tuple(task.name for task in EVERY[:3]) == TASKS


@pytest.mark.parametrize("task", EVERY)
def test_every_request_shows_the_photo(task):
    assert all(request.images == LOOK.images for request in task.ask(LOOK))


@pytest.mark.parametrize("task", EVERY)
def test_a_wrong_number_of_replies_is_the_engines_fault(task):
    for replies in ((), tuple(said("[]") for _ in range(9))):
        failure = task.read(replies, LOOK)
        assert isinstance(failure, Failure)
        assert failure.reason is Reason.ENGINE_ERROR


def test_grounding_of_a_region_and_of_an_expression():
    quarter = Box(x1=0, y1=0, x2=0.25, y2=0.25)
    (region,) = Affecting(zero_shot, quarter).read((said(NOISE),), LOOK)
    assert region.box == quarter
    assert Referring(zero_shot, "Noise").read((said(NOISE),), LOOK) == (Box(x1=0, y1=0, x2=0.5, y2=0.5),)
    assert "Noise at the top" in Referring(zero_shot, "Noise at the top").ask(LOOK)[0].prompt
    with pytest.raises(ValueError, match="empty"):
        Referring(zero_shot, " ")


DOUBT = Doubt(least=1.0, clean=0.5)


def found_under_doubt(confidence: float | None, excellent: float | None) -> object:
    """What becomes of a region of this confidence on a photo that is excellent with this probability."""
    [region] = zero_shot.read_detect(said(NOISE), LOOK)
    dialect = Mock(wraps=zero_shot)
    dialect.read_detect = lambda *_: (region.model_copy(update={"confidence": confidence}),)
    level = said(" bad")
    if excellent is not None:
        shares = {f" {each}": (1 - excellent) / 4 for each in Level} | {" excellent": excellent}
        level = replace(level, choice_probabilities=shares)
    return Grounding(dialect, DOUBT).read((said(NOISE), level), LOOK)


@pytest.mark.parametrize(
    ("confidence", "excellent", "kept"),
    [
        (0.74, 0.5, True), (0.72, 0.5, False),  # 1 is the log-odds of .731
        (0.48, 0.1, True), (0.47, 0.1, False),  # 1 + .5 ln(1/9) is that of .475
        (1.0, 1.0, True), (None, 0.99, True), (0.01, None, True),
    ],
)  # fmt: skip
def test_a_doubtful_region_of_a_photo_that_may_be_excellent_is_not_reported(
    confidence: float | None, excellent: float | None, kept: bool
) -> None:
    found = found_under_doubt(confidence, excellent)
    assert isinstance(found, Grounded) and len(found.regions) == kept


def test_doubt_is_held_against_the_regions_of_a_list_that_was_cut_off() -> None:
    task = Grounding(zero_shot, Doubt(least=0, clean=0))
    cut = replace(said(NOISE[:-1] + ",{"), finish_reason="length")
    shares = {" excellent": 0.5, " fair": 0.2, " good": 0.1, " bad": 0.1, " poor": 0.1}
    level = Reply("fair", choice_probabilities=shares)
    sure = task.read((cut, level), LOOK)
    assert isinstance(sure, PartialRegions) and len(sure.regions) == 1
    doubtful = replace(cut, tokens=tuple(replace(token, logprob=-1.0) for token in cut.tokens))
    none = task.read((doubtful, level), LOOK)
    assert isinstance(none, PartialRegions) and none.regions == ()


def test_doubt_asks_for_the_level_and_fails_where_that_fails() -> None:
    task = Grounding(zero_shot, DOUBT)
    assert task.ask(LOOK) == (zero_shot.detect(LOOK), zero_shot.level(LOOK))
    assert task.read((said("[]"), LATE), LOOK) == Grounded(())
    assert task.read((said(NOISE), LATE), LOOK) == LATE.failure


def test_presence_comes_with_the_regions_of_a_dialect_that_scores_types() -> None:
    tokens = tuple(Token(NONE, math.log(0.9)) for _ in VIDA.names)
    reply = Reply(NONE * len(VIDA), tokens=tokens)
    found = Grounding(nano, thresholds={"Noise": 0.05, "Motion blur": 0.2}).read((reply,), LOOK)
    assert isinstance(found, Grounded)
    assert found.presence == pytest.approx(dict.fromkeys(VIDA.names, 0.1))
    assert [region.distortion for region in found.regions] == ["Noise"]


def test_presence_of_a_type_without_a_part_is_that_of_the_whole_frame() -> None:
    tokens = tuple(Token(NONE, math.log(0.9)) for _ in VIDA.names)
    task = Grounding(nano, evidence={"Noise": (1.0, 0.6), "Low clarity": (0.0, 0.6)})
    look = replace(LOOK, whole={"Noise": (0.7, 0.6, 0.1), "Low clarity": (0.9, 0.1, 0.0)})
    found = task.read((Reply(NONE * len(VIDA), tokens=tokens),), look)
    assert isinstance(found, Grounded)
    assert found.presence == pytest.approx({**dict.fromkeys(VIDA.names, 0.1), "Noise": 0.7})
    [region] = found.regions
    assert (region.distortion, region.severity, region.box) == ("Noise", Severity.MODERATE, WHOLE)


ABOUT_SKY = Question(name="sky", text="Sky?", options=("Blue", "Grey"))
ABOUT_SEA = Question(name="sea", text="Sea?", options=("Calm", "Rough"))


def test_perception_keeps_order_and_asks_for_the_level_last():
    task = Perception(zero_shot, (ABOUT_SKY, ABOUT_SEA))
    assert [request.choices for request in task.ask(LOOK)][:2] == [("A", "B"), ("A", "B")]
    got = task.read((said("B"), said("A"), said(" good")), LOOK)
    assert isinstance(got, Perceived)
    assert [(answer.name, answer.choice) for answer in got.answers] == [("sky", "Grey"), ("sea", "Calm")]
    assert got.quality is not None
    assert got.quality.level is Level.GOOD
    assert got.failure is None


def test_perception_that_fails_in_part_keeps_what_was_read_and_names_what_was_not():
    got = Perception(zero_shot, (ABOUT_SKY, ABOUT_SEA)).read((said("Z"), said("A"), LATE), LOOK)
    assert isinstance(got, Perceived)
    assert [answer.name for answer in got.answers] == ["sea"]
    assert got.quality is None
    assert got.failure is not None
    assert got.failure.reason is Reason.UNPARSEABLE
    assert "sky: " in got.failure.message
    assert "quality level: late" in got.failure.message
    assert "sea" not in got.failure.message
    assert TaskStatus.of(got.failure).state is State.FAILED


def test_perception_of_which_nothing_could_be_read_is_a_failure():
    failure = Perception(zero_shot, (ABOUT_SKY,)).read((LATE, LATE), LOOK)
    assert isinstance(failure, Failure)
    assert failure.reason is Reason.TIMEOUT


def test_two_questions_of_one_name():
    with pytest.raises(ValueError, match="two questions are called sky"):
        Perception(zero_shot, (ABOUT_SKY, ABOUT_SKY))
