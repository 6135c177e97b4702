"""One photo to requests, its replies to an assessment."""

from typing import Any

from PIL import Image
from standins import WordTask

from idetex_plugin.assessing.examiner import Case, Examiner, idle_statuses
from idetex_plugin.cards.registry import get_card
from idetex_plugin.dialects.registry import make_dialect
from idetex_plugin.photo.load import Photo, load_photo
from idetex_plugin.photo.measures import measure
from idetex_plugin.runs.rows import first_failure
from idetex_plugin.tasks.description import DescriptionTask
from idetex_plugin.tasks.grounding import Grounding
from idetex_plugin.tasks.perception import Perception
from idetex_plugin.tasks.questions import DEFAULT_QUESTIONS
from idetex_plugin.words.assessment import Assessment, Description, PhotoInfo
from idetex_plugin.words.card import Card, Doubt
from idetex_plugin.words.failure import Reason, State
from idetex_plugin.words.request import Reply

CARD = Card(name="one", title="One", checkpoint="nowhere", dialect="json", tasks=("grounding", "perception"))
TASKS = (WordTask("grounding"), WordTask("perception"))


def load(source: Any) -> Photo:
    return Photo(Image.new("RGB", (40, 30)), PhotoInfo(name="photo", width=40, height=30))


EXAMINER = Examiner(CARD, TASKS, "f", load, idle_statuses(CARD, ("grounding", "perception", "description")))


def case() -> Case:
    prepared = EXAMINER.prepare("anything")
    assert isinstance(prepared, Case)
    return prepared


def test_requests_keep_the_order_of_the_tasks_and_share_the_images() -> None:
    asked = case()
    assert [request.prompt for request in asked.requests] == ["grounding", "perception"]
    assert all(request.images[0] is asked.views.images[0] for request in asked.requests)
    assert asked.views.width == 40


def test_replies_go_to_their_tasks() -> None:
    assessment = EXAMINER.conclude(case(), [Reply("Noise"), Reply("None")], "scripted")
    assert [region.distortion for region in assessment.regions] == ["Noise"]
    assert [answer.choice for answer in assessment.answers] == ["None"]
    assert assessment.state is State.OK


def test_what_two_tasks_ask_is_asked_once() -> None:
    dialect = make_dialect(get_card("nano"))
    tasks = (Grounding(dialect, Doubt(least=0, clean=1)), Perception(dialect))
    examiner = Examiner(get_card("nano"), tasks, "f", load)
    asked = examiner.prepare("anything")
    assert isinstance(asked, Case)
    levels = [number for number, request in enumerate(asked.requests) if request == dialect.level(asked.views)]
    assert len(levels) == 1 and len(asked.requests) == len(DEFAULT_QUESTIONS) + 2
    replies = [Reply(request.choices[0] if request.choices else "None") for request in asked.requests]
    replies[levels[0]] = Reply("fair", choice_probabilities={"fair": 0.9, "excellent": 0.1})
    assessment = examiner.conclude(asked, replies, "scripted")
    assert assessment.quality.level == "fair" and assessment.state is State.OK
    assert [answer.name for answer in assessment.answers] == [question.name for question in DEFAULT_QUESTIONS]


def test_the_level_gives_way_to_the_regions_as_far_as_the_card_says() -> None:
    def level(pull: float, found: str) -> str:
        card = get_card("nano").model_copy(update={"level_pull": (pull, pull), "thresholds": {}, "doubt": None})
        dialect = make_dialect(card)
        examiner = Examiner(card, (Grounding(dialect), Perception(dialect, ())), "f", load)
        asked = examiner.prepare("anything")
        assert isinstance(asked, Case)
        shares = {"bad": 0.3, "good": 0.3, "excellent": 0.4}
        replies = [Reply(found), Reply("excellent", choice_probabilities=shares)]
        return str(examiner.conclude(asked, replies, "scripted").quality.level)

    whole = "Noise<p0><p0><p31><p31>Severe"
    assert level(0, whole) == "excellent" and level(1, "None") == "excellent"
    assert level(1, whole) == "bad"
    assert level(1, "no reply of the dialect") == "excellent"


def test_the_description_tells_of_the_regions_where_words_give_way_to_them() -> None:
    def conclude(pull: float, detected: str) -> Description:
        card = get_card("nano").model_copy(update={"answer_pull": (pull, 1), "evidence": {}, "doubt": None})
        dialect = make_dialect(card)
        examiner = Examiner(card, (Grounding(dialect), DescriptionTask(dialect)), "f", load)
        asked = examiner.prepare("anything")
        assert isinstance(asked, Case)
        return examiner.conclude(asked, [Reply(detected), Reply(described)], "scripted").description

    described = "A scene.\nKey distortions: None.\nThus, the quality of the image is excellent."
    whole = "Noise<p0><p0><p32><p32>Severe"
    assert conclude(1, whole).key_distortions == ("Noise",)
    assert conclude(0, whole).key_distortions == ()
    assert conclude(1, "no reply of the dialect").key_distortions == ()


def test_a_wrong_number_of_replies_is_the_engines_error() -> None:
    assessment = EXAMINER.conclude(case(), [Reply("Noise")], "scripted")
    assert assessment.failure.reason is Reason.ENGINE_ERROR
    assert assessment.tasks["grounding"].state is State.FAILED
    assert assessment.regions == ()


def test_tasks_that_are_not_asked_say_why() -> None:
    statuses = EXAMINER.conclude(case(), [Reply("Noise"), Reply("None")], "scripted").tasks
    assert list(statuses) == ["grounding", "perception", "description"]
    assert statuses["description"].state is State.SKIPPED
    assert statuses["description"].reason is Reason.UNSUPPORTED_TASK
    assert idle_statuses(CARD, ("perception",))["grounding"].message == "not asked for"


def test_sources_without_a_name_are_named_by_their_kind() -> None:
    def broken(source: Any) -> Photo:
        raise ZeroDivisionError

    refused = Examiner(CARD, TASKS, "f", broken).prepare(object())
    assert isinstance(refused, Assessment)
    assert refused.photo.name == "object"
    assert refused.failure.reason is Reason.INTERNAL


CUT = '[{"bbox_2d":[0,0,500,500],"label":"Noise","severity":"Minor"},{"bbox_2d":[0,'


def test_a_list_that_was_cut_off_is_a_partial_result() -> None:
    dialect = make_dialect(CARD)
    asked = (examiner := Examiner(CARD, (Grounding(dialect),), "f", load)).prepare("anything")
    assert isinstance(asked, Case)
    assessment = examiner.conclude(asked, [Reply(CUT, "length", reasoning="Look for grain.")], "scripted")
    status = assessment.tasks["grounding"]
    assert (status.state, status.reason) == (State.PARTIAL, Reason.CUT_OFF) and "1 complete region" in status.message
    assert [region.distortion for region in assessment.regions] == ["Noise"]
    assert assessment.state is State.FAILED
    assert first_failure(assessment) == "cut_off" and assessment.tasks["grounding"].fell_short
    assert assessment.reasoning == {"grounding": "Look for grain."}
    assert Assessment.model_validate_json(assessment.model_dump_json()) == assessment


def test_measures_are_of_the_pixels_that_were_judged_whatever_the_replies() -> None:
    photo = load_photo(Image.linear_gradient("L").resize((64, 48)), name="photo")
    examiner = Examiner(CARD, TASKS, "f", lambda source: photo)
    asked = examiner.prepare("anything")
    assert isinstance(asked, Case)
    expected = measure(photo.image)
    for replies in ([Reply("Noise"), Reply("None")], [Reply("?"), Reply("None")], [Reply("Noise")]):
        assert examiner.conclude(asked, replies, "scripted").measures == expected


def test_a_photo_that_cannot_be_read_has_no_measures() -> None:
    def broken(source: Any) -> Photo:
        return load_photo(b"no photo")

    refused = Examiner(CARD, TASKS, "f", broken).prepare("anything")
    assert isinstance(refused, Assessment)
    assert refused.measures == {}
