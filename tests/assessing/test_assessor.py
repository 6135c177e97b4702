"""Photos in, assessments out, from Python."""

import math
import threading
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from standins import REGION, WindowEngine, failing_on, nano_says, write_photos

from idetex_plugin import Assessor, hookimpl
from idetex_plugin.cards.registry import get_card
from idetex_plugin.photo.sources import Named
from idetex_plugin.plugins.events import Assessed, AssessFailed
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.words.box import Box
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import Failure, Reason, State
from idetex_plugin.words.question import Question

PHOTO = Image.new("RGB", (64, 48), (90, 120, 150))


def engine(**options: Any) -> WindowEngine:
    return WindowEngine(**{"answer": nano_says, **options})


def test_one_photo(tmp_path: Path) -> None:
    [path] = write_photos(tmp_path, 1)
    assessment = Assessor(engine=engine()).assess(path)
    assert assessment.state is State.OK
    assert set(assessment.tasks) == {"grounding", "perception", "description"}
    [region] = assessment.regions
    assert (region.distortion, region.severity, region.box) == (REGION.distortion, REGION.severity, REGION.box)
    assert [answer.choice for answer in assessment.answers] == [answer.options[0] for answer in assessment.answers]
    assert assessment.quality.level == "bad"
    below, above = get_card("nano").level_pull
    # The region amounts to "poor", so "bad" is one step below it and the better levels are above.
    shares = [0.9 * math.exp(-below), 0.025, *(0.025 * math.exp(-above * steps) for steps in (1, 2, 3))]
    mean = sum(score * share for score, share in enumerate(shares, 1)) / sum(shares)
    assert assessment.quality.score == pytest.approx(mean)
    assert assessment.description.key_distortions == ("Noise",)
    assert (assessment.model, assessment.engine) == ("nano", "scripted")
    assert (assessment.photo.width, assessment.photo.height) == (48, 40)


def test_all_requests_of_a_photo_go_in_together_and_none_twice() -> None:
    used = engine()
    Assessor(engine=used).assess(PHOTO)
    [prompts] = used.asked
    assert prompts[0] == "<detect>"
    assert prompts[-1] == "<describe>"
    assert len(prompts) == len(set(prompts)) == 6


def test_tasks_and_questions_are_chosen() -> None:
    used = engine()
    question = Question(name="own", text="Is it sharp?", options=("Yes", "No"))
    assessment = Assessor(engine=used, tasks=["perception"], questions=[question]).assess(PHOTO)
    assert [prompt for prompt in used.asked[0] if prompt.startswith("<ask>")] == ["<ask>Is it sharp?<options>Yes<or>No"]
    assert [answer.name for answer in assessment.answers] == ["own"]
    assert assessment.tasks["grounding"].state is State.SKIPPED
    assert assessment.tasks["description"].message == "not asked for"
    assert assessment.state is State.OK


def test_an_unreadable_photo_is_a_failure_of_every_task(tmp_path: Path) -> None:
    assessment = Assessor(engine=engine()).assess(tmp_path / "absent.jpg")
    assert assessment.failure.reason is Reason.NOT_FOUND
    assert {status.state for status in assessment.tasks.values()} == {State.FAILED}
    assert assessment.regions == ()
    assert assessment.quality is None


def test_photos_that_are_no_files_have_the_names_that_they_are_given(tmp_path: Path) -> None:
    [path] = write_photos(tmp_path, 1)
    with Assessor(engine=engine()) as assessor:
        for photo in (path.read_bytes(), PHOTO, np.asarray(PHOTO)):
            assert (said := assessor.assess(Named(photo, "s3://photos/a"))).state is State.OK
            assert said.photo.name == "s3://photos/a"
        failed = assessor.assess(Named(b"no image", "s3://photos/b"))
    assert failed.failure is not None and failed.failure.message.startswith("s3://photos/b: ")


def test_an_unreadable_reply_fails_its_task_alone() -> None:
    assessment = Assessor(engine=engine(answer=failing_on("<detect>"))).assess(PHOTO)
    assert assessment.tasks["grounding"].reason is Reason.UNPARSEABLE
    assert assessment.tasks["perception"].state is State.OK
    assert assessment.state is State.FAILED


def test_an_unread_question_keeps_the_other_answers() -> None:
    assessment = Assessor(engine=engine(answer=failing_on("Where is the worst"))).assess(PHOTO)
    assert assessment.tasks["perception"].state is State.FAILED
    assert [answer.name for answer in assessment.answers] == ["dominant", "severity"]
    assert assessment.quality is not None


def test_many_photos_come_lazily_and_memory_stays() -> None:
    used = engine(slots=3)
    with Assessor(engine=used, decoders=2) as assessor:
        results = assessor.assess_many(PHOTO for _ in count())
        assert len(list(islice(results, 40))) == 40
        results.close()
    assert used.most_in_flight == 3


def test_keys_are_the_callers(tmp_path: Path) -> None:
    paths = write_photos(tmp_path, 7)
    with Assessor(engine=engine()) as assessor:
        found = dict(assessor.stream((path.name, path) for path in paths))
    assert {name: Path(assessment.photo.name).name for name, assessment in found.items()} == {
        path.name: path.name for path in paths
    }


def test_a_region_and_a_place() -> None:
    with Assessor(engine=engine()) as assessor:
        box = Box(x1=0.25, y1=0, x2=1, y2=0.5)
        [region] = assessor.ask_region(PHOTO, box)
        assert region.box == REGION.box.clip(box)
        assert assessor.locate(PHOTO, "Noise on the left") == (REGION.box,)
        assert assessor.locate(b"not an image", "Noise").reason is Reason.NOT_AN_IMAGE
        with pytest.raises(ValueError, match="empty"):
            assessor.locate(PHOTO, " ")
    with Assessor(engine=engine(answer=failing_on("<affects>"))) as assessor:
        assert isinstance(assessor.ask_region(PHOTO, box), Failure)


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="choose from grounding, perception, description"):
        Assessor(tasks=["groundings"])
    with pytest.raises(ValueError, match="choose from"):
        Assessor(tasks=[])
    with pytest.raises(ValueError, match="no model is called"):
        Assessor("nanoo")
    with pytest.raises(ValueError, match="'vlm'"):
        Assessor(engine="vlm")


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"dtype": "int8"}, ValueError, "dtype 'int8' is not one of auto, float32"),
        ({"slots": 0}, ValueError, "slots: 0 is less than 1"),
        ({"timeout": 0}, ValueError, "timeout: 0 is not more than 0 seconds"),
        ({"url": "notaurl"}, ValueError, "'notaurl' is not a server's URL"),
        ({"url": ["http://127.0.0.1:1", "x"]}, ValueError, "'x' is not a server's URL"),
        ({"engine": "server"}, ValueError, "the server engine needs the server's url"),
        ({"engne": "vllm"}, TypeError, "engne"),
    ],
)
def test_options_are_checked_before_any_photo(options: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        Assessor(**options)


def test_the_fingerprint_follows_what_is_asked_and_not_the_engine() -> None:
    base = Assessor(engine=engine()).fingerprint
    assert Assessor(engine="transformers").fingerprint == base
    assert Assessor(engine=engine(), tasks=["grounding"]).fingerprint != base
    question = Question(name="own", text="Is it sharp?", options=("Yes", "No"))
    assert Assessor(engine=engine(), questions=[question]).fingerprint != base


def test_two_streams_of_one_thread_are_refused_and_of_two_threads_take_turns() -> None:
    assessor = Assessor(engine=engine())
    results = assessor.assess_many(PHOTO for _ in range(5))
    next(results)
    with pytest.raises(RuntimeError, match="already running"):
        assessor.assess(PHOTO)
    others: list[Any] = []
    thread = threading.Thread(target=lambda: others.append(assessor.assess(PHOTO)))
    thread.start()
    assert len(list(results)) == 4
    thread.join(10)
    assert others[0].state is State.OK


def test_draining_finishes_what_is_in_flight() -> None:
    assessor = Assessor(engine=engine(slots=2), decoders=1)
    results = assessor.assess_many(PHOTO for _ in count())
    next(results)
    assessor.stop()
    assert len(list(results)) <= 2
    assert assessor.assess(PHOTO).state is State.OK


def test_closing_from_another_thread_ends_the_stream_first(monkeypatch: pytest.MonkeyPatch) -> None:
    used = engine(slots=2)
    monkeypatch.setattr("idetex_plugin.assessing.assessor.make_engine", lambda *args, **options: (used, "made here"))
    assessor = Assessor()
    results = assessor.assess_many(PHOTO for _ in count())
    next(results)
    thread = threading.Thread(target=assessor.close)
    thread.start()
    rest = list(results)
    thread.join(10)
    assert len(rest) < 50
    assert used.closed == 1
    assessor.close()
    assert used.closed == 1
    with pytest.raises(RuntimeError, match="closed"):
        assessor.assess(PHOTO)


def test_an_abandoned_stream_does_not_block_closing() -> None:
    assessor = Assessor(engine=engine())
    results = assessor.assess_many(PHOTO for _ in count())
    next(results)
    assessor.close()


def test_a_given_engine_is_the_callers_to_close() -> None:
    used = engine()
    with Assessor(engine=used) as assessor:
        assessor.assess(PHOTO)
        assert assessor.engine_choice == ("scripted", "given by the caller")
    assert used.closed == 0


class Plugin:
    """Adds a question and a model, and writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    @hookimpl
    def idetex_questions(self) -> list[Question]:
        return [Question(name="own", text="Is it sharp?", options=("Yes", "No"))]

    @hookimpl
    def idetex_models(self) -> list[Card]:
        return [get_card("nano").model_copy(update={"name": "theirs"})]

    @hookimpl
    def idetex_assessed(self, event: Assessed) -> None:
        self.told.append(event)

    @hookimpl
    def idetex_assess_failed(self, event: AssessFailed) -> None:
        self.told.append(event)


def test_plugins_add_and_are_told(tmp_path: Path) -> None:
    hooks, plugin = Hooks(), Plugin()
    hooks.register(plugin, "plugin")
    assessor = Assessor("theirs", engine=engine(), hooks=hooks)
    fine, absent = assessor.assess(PHOTO), assessor.assess(tmp_path / "absent.jpg")
    assert fine.model == "theirs"
    assert [answer.name for answer in fine.answers] == ["dominant", "severity", "position", "own"]
    assert plugin.told == [Assessed(fine), AssessFailed(absent)]
