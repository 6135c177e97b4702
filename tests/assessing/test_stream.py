"""Photos through the engine: no barrier, bounded memory, failures beside it."""

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count, islice
from typing import Any

import pytest
from PIL import Image
from standins import Census, WindowEngine, WordTask

from idetex_plugin.assessing.examiner import Examiner
from idetex_plugin.assessing.stream import HELD_BACK, Awaiting, Ready, Stream
from idetex_plugin.photo.load import Photo, PhotoError
from idetex_plugin.words.assessment import Assessment, PhotoInfo
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import Failure, Reason, State
from idetex_plugin.words.request import Reply

CARD = Card(name="one", title="One", checkpoint="nowhere", dialect="json")
AHEAD = 4
GROUNDING = (WordTask("grounding"),)


def load(source: Any) -> Photo:
    """A photo named by the source; negative numbers cannot be read."""
    if isinstance(source, int) and source < 0:
        raise PhotoError(Failure(reason=Reason.CORRUPT, message="broken"), PhotoInfo(name=str(source)))
    return Photo(Image.new("RGB", (40, 30)), PhotoInfo(name=str(source), sha256=f"{source}", width=40, height=30))


def stream(
    sources: Iterable[Any], engine: WindowEngine, *, loader: Any = load, tasks: Any = GROUNDING,
    wanted: Any = lambda source: True, **more: Any,
) -> Iterator[tuple[Any, Assessment]]:
    examiner = Examiner(CARD, tasks, "f", loader)

    def prepare(source: Any) -> Any:
        case = examiner.prepare(source)
        if isinstance(case, Assessment):
            return Ready(case)
        return Awaiting(case.requests, partial(examiner.conclude, case)) if wanted(source) else None

    with ThreadPoolExecutor(2) as pool:
        yield from Stream(((source, source) for source in sources), prepare, lambda: engine, pool, ahead=AHEAD, **more)


def test_every_photo_comes_out_once_under_its_key() -> None:
    results = list(stream(range(50), WindowEngine()))
    assert sorted(key for key, _ in results) == list(range(50))
    assert all(assessment.photo.name == str(key) for key, assessment in results)
    assert all(assessment.state is State.OK and assessment.engine == "scripted" for _, assessment in results)


def test_unreadable_photos_do_not_touch_the_engine() -> None:
    engine = WindowEngine()
    results = dict(stream([1, -1, 2, -2], engine))
    assert len(engine.asked) == 2
    assert {key for key, result in results.items() if result.failure} == {-1, -2}
    assert results[-1].tasks["grounding"].reason is Reason.CORRUPT


def test_the_engine_is_not_started_for_nothing() -> None:
    engine = WindowEngine()
    assert list(stream([], engine)) == []
    assert len(list(stream([-1, -2, -3], engine))) == 3
    assert engine.starts == 0


def test_unreadable_photos_without_end_are_not_hoarded() -> None:
    results = stream((-number for number in count(1)), WindowEngine())
    assert len(list(islice(results, 10 * HELD_BACK))) == 10 * HELD_BACK
    results.close()


def test_what_needs_no_engine_comes_out_as_it_is_known() -> None:
    taken: list[int] = []

    def endless() -> Iterator[int]:
        for number in count(1):
            taken.append(number)
            yield -number

    results = stream(endless(), WindowEngine())
    for number in range(1, 20):
        next(results)
        assert len(taken) <= number + AHEAD
    results.close()


def test_memory_does_not_grow() -> None:
    census = Census()

    def counted(source: Any) -> Photo:
        photo = load(source)
        census.watch(photo.image)
        return photo

    engine = WindowEngine(slots=5)
    for _ in stream(range(300), engine, loader=counted):
        pass
    assert engine.most_in_flight == 5
    assert census.most <= 5 + AHEAD + 3


def test_sources_are_taken_as_they_are_needed() -> None:
    taken = []

    def endless() -> Iterator[int]:
        for number in count():
            taken.append(number)
            yield number

    results = stream(endless(), WindowEngine(slots=3))
    for _ in range(10):
        next(results)
    assert len(taken) <= 10 + 3 + AHEAD + 1
    results.close()


def test_an_error_of_the_sources_comes_after_what_was_in_flight() -> None:
    def broken() -> Iterator[int]:
        yield from range(6)
        raise OSError("the disk is gone")

    seen = []
    with pytest.raises(OSError, match="the disk is gone"):
        for key, _ in stream(broken(), WindowEngine()):
            seen.append(key)
    assert sorted(seen) == list(range(6))


def test_a_dead_engine_raises() -> None:
    with pytest.raises(RuntimeError, match="out of memory"):
        list(stream(range(20), WindowEngine(dies_after=10)))


def test_stopping_takes_no_more_and_finishes_what_is_in_flight() -> None:
    stopping = threading.Event()
    engine = WindowEngine(slots=4)
    results = stream(count(), engine, stopping=stopping)
    for _ in range(8):
        next(results)
    stopping.set()
    rest = list(results)
    assert len(rest) == len(engine.asked) - 8 <= 4


def test_an_item_can_be_dropped() -> None:
    engine = WindowEngine()
    results = dict(stream(range(10), engine, wanted=lambda source: source % 2 == 0))
    assert sorted(results) == [0, 2, 4, 6, 8]
    assert len(engine.asked) == 5


def test_one_bad_reply_fails_one_task_of_one_photo() -> None:
    tasks = (WordTask("grounding"), WordTask("perception"))
    words = iter(["Noise", "?", "!", "Noise", "Noise", "Noise"])
    engine = WindowEngine(slots=1, answer=lambda request: Reply(text=next(words)))
    first, second, third = (assessment for _, assessment in stream(range(3), engine, tasks=tasks))
    assert first.tasks["perception"].reason is Reason.UNPARSEABLE
    assert first.regions
    assert first.quality is None
    assert second.tasks["grounding"].reason is Reason.INTERNAL
    assert "a fault of the task" in second.tasks["grounding"].message
    assert second.answers
    assert third.state is State.OK


def test_a_loader_or_task_with_a_fault_does_not_stop_the_rest() -> None:
    def faulty(source: Any) -> Photo:
        if source == 1:
            raise ZeroDivisionError
        return load(source)

    class Picky(WordTask):
        def ask(self, look: Any) -> Any:
            raise RuntimeError("cannot be asked")

    results = dict(stream(range(3), WindowEngine(), loader=faulty))
    assert [results[key].state for key in range(3)] == [State.OK, State.FAILED, State.OK]
    assert results[1].failure.reason is Reason.INTERNAL
    [(_, refused)] = stream([1], WindowEngine(), tasks=(Picky("grounding"),))
    assert refused.failure.reason is Reason.INTERNAL
    assert refused.photo.width == 40
