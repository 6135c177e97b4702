"""One photo to requests, its replies to an assessment."""

from typing import Any

from PIL import Image
from standins import WordTask

from idetex_plugin.assessment import Assessment, PhotoInfo, Reason, State
from idetex_plugin.engines.base import Reply
from idetex_plugin.examiner import Case, Examiner, idle_statuses
from idetex_plugin.models.cards import Card
from idetex_plugin.photo import Photo

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
    assert all(request.images[0] is asked.look.images[0] for request in asked.requests)
    assert asked.look.width == 40


def test_replies_go_to_their_tasks() -> None:
    assessment = EXAMINER.conclude(case(), [Reply("Noise"), Reply("None")], "scripted")
    assert [region.distortion for region in assessment.regions] == ["Noise"]
    assert [answer.choice for answer in assessment.answers] == ["None"]
    assert assessment.state is State.OK


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
