"""What an actor does with a batch when its engine, or a service, fails it."""

import pickle
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from standins import WindowEngine, nano_says, write_photos

from idetex_plugin.engines.base import Engine, EngineDeadError
from idetex_plugin.engines.faults import ServiceError, Trouble
from idetex_plugin.words.request import Reply, Request
from idetex_ray.actor import Assessing, Recipe, StoppedError, look
from idetex_ray.rows import Columns

PHOTOS = 9


class Dying(WindowEngine):
    """Dies, or has its service fail, after so many photos."""

    def __init__(self, lives: int, error: Exception) -> None:
        super().__init__(slots=2, answer=nano_says)
        self.lives, self.error = lives, error

    def stream(self, items: Iterable[tuple[Any, Sequence[Request]]]) -> Iterator[tuple[Any, tuple[Reply, ...]]]:
        for number, answered in enumerate(super().stream(items)):
            if number >= self.lives:
                raise self.error
            yield answered


@pytest.fixture
def batch(tmp_path: Path) -> pa.Table:
    return pa.table({"path": [str(path) for path in write_photos(tmp_path, PHOTOS)]})


def assessing(*engines: Engine, made: list[Engine] | None = None) -> Assessing:
    """An actor whose engines are these, one after another."""
    left = iter(engines)

    def make() -> Engine:
        engine = next(left)
        if made is not None:
            made.append(engine)
        return engine

    return actor(make)


def actor(make: Callable[[], Engine]) -> Assessing:
    recipe = Recipe("nano", make, ("description",))
    return Assessing(recipe, Columns(), look(recipe).fingerprint)


@contextmanager
def stopped(kind: type[Exception], words: str) -> Iterator[None]:
    """What stops the job arrives in another process as an error of this kind and these words."""
    with pytest.raises(StoppedError) as caught:
        yield
    arrived = pickle.loads(pickle.dumps(caught.value)).error
    assert type(arrived) is kind and re.search(words, str(arrived))


def plain(rows: pa.Table) -> list[dict[str, Any]]:
    return rows.drop_columns(["assessed_at"]).to_pylist()


def whole(batch: pa.Table) -> list[dict[str, Any]]:
    return plain(assessing(WindowEngine(answer=nano_says))(batch))


def test_rows_come_in_the_order_of_the_batch(batch: pa.Table) -> None:
    rows = whole(batch)
    assert [row["path"] for row in rows] == batch.column("path").to_pylist()
    assert {row["state"] for row in rows} == {"ok"}
    empty = assessing(WindowEngine())(batch.slice(0, 0))
    assert (empty.num_rows, empty.column_names) == (0, assessing(WindowEngine(answer=nano_says))(batch).column_names)


def test_an_engine_that_dies_is_started_again_and_no_photo_is_asked_about_twice(batch: pa.Table) -> None:
    engines = [Dying(3, EngineDeadError("out of memory")) for _ in range(3)]
    made: list[Engine] = []
    assert plain(assessing(*engines, made=made)(batch)) == whole(batch)
    assert made == engines and [engine.closed for engine in engines] == [1, 1, 0]
    assert sum(len(engine.asked) for engine in engines) <= PHOTOS + 2 * 2


def test_an_engine_that_dies_without_a_result_twice_stops_the_job(batch: pa.Table) -> None:
    made: list[Engine] = []
    engines = [Dying(2, EngineDeadError("first")), *(Dying(0, EngineDeadError("out of memory")) for _ in range(5))]
    with stopped(EngineDeadError, "out of memory"):
        assessing(*engines, made=made)(batch)
    assert len(made) == 2


def test_a_service_stops_the_job_at_once(batch: pa.Table) -> None:
    made: list[Engine] = []
    engines = [Dying(4, ServiceError(Trouble.NOT_ALLOWED, "the key has expired")) for _ in range(2)]
    with stopped(EngineDeadError, "the key has expired"):
        assessing(*engines, made=made)(batch)
    assert len(made) == 1


def test_the_engine_stays_from_batch_to_batch(batch: pa.Table) -> None:
    made: list[Engine] = []
    each = assessing(WindowEngine(answer=nano_says), made=made)
    assert plain(pa.concat_tables([each(batch.slice(0, 4)), each(batch.slice(4))])) == whole(batch)
    assert len(made) == 1


def test_a_machine_with_another_checkpoint_stops_the_job(batch: pa.Table) -> None:
    each = Assessing(Recipe("nano", WindowEngine, ("description",)), Columns(), "0" * 16)
    with stopped(RuntimeError, r"nano is another one on .*same checkpoint"):
        each(batch)


def test_looking_makes_no_engine() -> None:
    def make() -> Engine:
        raise AssertionError("made")

    about = look(Recipe("nano", make, ("description",)))
    assert about.card.name == "nano" and about.parts["tasks"] == "description"


def test_an_error_that_does_not_survive_the_way_is_told() -> None:
    error = ServiceError(Trouble.QUOTA, "out of credit")
    with stopped(RuntimeError, "^ServiceError: out of credit$"):
        raise StoppedError.of(error)
