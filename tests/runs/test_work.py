"""What is known is kept, equal content is copied, the rest is assessed."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from standins import Census, WindowEngine, failing_on, nano_says, write_photos

from idetex_plugin import Assessor, hookimpl
from idetex_plugin.engines.prompts import failed
from idetex_plugin.engines.served import Served
from idetex_plugin.photo.sources import find_photos
from idetex_plugin.plugins.events import RunFinished, RunStarted
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.runs.rows import Row
from idetex_plugin.runs.schema import RunError
from idetex_plugin.runs.store import Run
from idetex_plugin.runs.work import Handling, PhotoDone, Work
from idetex_plugin.words.failure import Reason, State
from idetex_plugin.words.request import Reply, Request, Token

COPIED, KEPT, ASSESSED = Handling.COPIED, Handling.KEPT, Handling.ASSESSED


class Bench:
    """A folder of photos and a run, assessed as often as wanted."""

    def __init__(self, folder: Path) -> None:
        self.photos = folder / "photos"
        self.run = folder / "run"

    def assess(
        self, engine: WindowEngine | None = None, *, decoders: int = 2, hooks: Hooks | None = None, **options: Any
    ) -> dict[Handling, int]:
        self.engine = engine or WindowEngine(answer=nano_says)
        self.steps: list[PhotoDone] = []
        with Assessor(engine=self.engine, decoders=decoders, hooks=hooks) as assessor, self.writer(assessor) as run:
            work = Work(run, assessor, on_step=self.steps.append, **options)
            try:
                work.do(find_photos([self.photos]))
            finally:
                self.outcomes = {outcome: count for outcome, count in work.outcomes.items() if count}
        return self.outcomes

    def writer(self, assessor: Assessor) -> Run:
        return Run.writer(self.run, assessor.card, assessor.fingerprint, assessor.fingerprint_parts)

    @property
    def rows(self) -> list[Row]:
        with Run(self.run) as run:
            return list(run.rows())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    write_photos(tmp_path / "photos", 12)
    return Bench(tmp_path)


def test_every_photo_gets_a_row_and_a_step(bench: Bench) -> None:
    assert bench.assess() == {ASSESSED: 12}
    assert sorted(row.path for row in bench.rows) == sorted(bench.photos.iterdir())
    assert len(bench.steps) == 12
    assert {step.state for step in bench.steps} == {State.OK}


def test_the_second_time_nothing_is_opened_or_started(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.assess()
    before = bench.rows
    monkeypatch.setattr("idetex_plugin.assessing.assessor.load_photo", None)
    assert bench.assess() == {KEPT: 12}
    assert bench.engine.starts == 0
    assert bench.rows == before


def test_equal_content_is_assessed_once_within_a_command(bench: Bench) -> None:
    for number in range(5):
        shutil.copy(bench.photos / "000.jpg", bench.photos / f"copy-{number}.jpg")
    assert bench.assess() == {ASSESSED: 12, COPIED: 5}
    assert len(bench.engine.asked) == 12
    rows = {row.path.name: row for row in bench.rows}
    same = [rows["000.jpg"], *(rows[f"copy-{number}.jpg"] for number in range(5))]
    assert sum(row.copied_from is None for row in same) == 1
    for row in same:
        assert Path(row.assessment.photo.name).name == row.path.name
        if row.copied_from:
            assert row.assessment.photo.notes == (f"result copied from {row.copied_from} (same content)",)


def test_equal_content_is_not_assessed_again_later(bench: Bench) -> None:
    bench.assess()
    shutil.copy(bench.photos / "003.jpg", bench.photos / "later.jpg")
    shutil.move(bench.photos / "004.jpg", bench.photos / "moved.jpg")
    assert bench.assess() == {KEPT: 12, COPIED: 1}
    assert bench.engine.asked == []
    assert len(bench.rows) == 13


def test_a_changed_file_is_assessed_again_unless_only_its_date_changed(bench: Bench) -> None:
    bench.assess()
    os.utime(bench.photos / "001.jpg", (1, 1))
    shutil.move(bench.photos / "002.jpg", bench.photos / "005.jpg")
    write_photos(bench.photos.parent / "more", 20)[19].rename(bench.photos / "002.jpg")
    assert bench.assess() == {KEPT: 10, COPIED: 1, ASSESSED: 1}
    assert len(bench.rows) == 12
    assert bench.assess() == {KEPT: 12}


def test_unreadable_photos_have_rows_and_stay(bench: Bench) -> None:
    (bench.photos / "broken.jpg").write_bytes(b"nothing")
    bench.assess()
    [row] = [row for row in bench.rows if row.state is State.FAILED]
    assert row.path.name == "broken.jpg"
    assert row.assessment.failure is not None
    assert bench.assess() == {KEPT: 13}


def test_failures_are_retried_when_asked(bench: Bench) -> None:
    for number in range(3):
        shutil.copy(bench.photos / "000.jpg", bench.photos / f"copy-{number}.jpg")
    broken = WindowEngine(answer=failing_on("<detect>"))
    assert bench.assess(broken) == {ASSESSED: 12, COPIED: 3}
    assert bench.assess() == {KEPT: 15}
    assert bench.assess(broken, retry_failed=True) == {ASSESSED: 12, COPIED: 3}
    assert len(broken.asked) == 24
    assert {row.assessment.tasks["grounding"].reason for row in bench.rows} == {Reason.UNPARSEABLE}
    assert bench.assess(retry_failed=True) == {ASSESSED: 12, COPIED: 3}
    assert {row.state for row in bench.rows} == {State.OK}
    assert bench.assess(retry_failed=True) == {KEPT: 15}


def test_one_decoder_gives_the_same(bench: Bench) -> None:
    shutil.copy(bench.photos / "000.jpg", bench.photos / "zzz.jpg")
    assert bench.assess(decoders=1) == {ASSESSED: 12, COPIED: 1}


def test_a_dead_engine_keeps_what_was_finished(bench: Bench) -> None:
    with pytest.raises(RuntimeError, match="out of memory"):
        bench.assess(WindowEngine(answer=nano_says, slots=2, dies_after=6))
    finished = len(bench.rows)
    assert finished == bench.outcomes[ASSESSED] >= 4
    assert bench.assess() == {KEPT: finished, ASSESSED: 12 - finished}


def test_paths_that_do_not_exist_have_a_row(bench: Bench) -> None:
    with Assessor(engine=WindowEngine()) as assessor, bench.writer(assessor) as run:
        for _ in range(2):
            Work(run, assessor).do(find_photos([bench.photos / "absent.jpg"]))
        [row] = run.rows()
    assert row.assessment.failure.reason is Reason.NOT_FOUND


def test_memory_does_not_grow_with_photos(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    write_photos(bench.photos, 150)
    census = Census()
    from idetex_plugin.assessing import examiner

    def counted(card: Any, image: Any) -> Any:
        census.watch(image)
        return show(card, image)

    show = examiner.make_views
    monkeypatch.setattr(examiner, "make_views", counted)
    bench.assess()
    assert len(bench.rows) == 150
    assert census.most <= 12
    assert census.live == 0


def test_plugins_are_told_of_the_run_and_of_every_row(bench: Bench) -> None:
    told: list[Any] = []

    class Plugin:
        @hookimpl
        def idetex_run_started(self, event: Any) -> None:
            told.append(event)

        @hookimpl
        def idetex_assessed(self, event: Any) -> None:
            told.append(event.assessment.photo.name)

        @hookimpl
        def idetex_run_finished(self, event: Any) -> None:
            told.append(event)

    hooks = Hooks()
    hooks.register(Plugin(), "plugin")
    shutil.copy(bench.photos / "000.jpg", bench.photos / "zzz.jpg")
    bench.assess(hooks=hooks)
    started, *names, finished = told
    assert isinstance(started, RunStarted)
    assert sorted(Path(name).name for name in names) == sorted(path.name for path in bench.photos.iterdir())
    fingerprint = bench.rows[0].assessment.fingerprint
    assert finished == RunFinished(bench.run, "nano", fingerprint, kept=0, copied=1, assessed=12, failed=0)


def test_failures_that_may_pass_are_retried_without_being_asked(bench: Bench) -> None:
    shutil.copy(bench.photos / "000.jpg", bench.photos / "copy.jpg")
    broken = WindowEngine(answer=lambda request: failed(Reason.TIMEOUT, "the server was slow"))
    assert bench.assess(broken) == {ASSESSED: 12, COPIED: 1}
    assert bench.assess(broken) == {ASSESSED: 12, COPIED: 1}
    assert len(broken.asked) == 24
    assert bench.assess() == {ASSESSED: 12, COPIED: 1}
    assert {row.state for row in bench.rows} == {State.OK}
    assert bench.assess() == {KEPT: 13}


def test_a_renamed_folder_keeps_its_rows(bench: Bench) -> None:
    (bench.photos / "broken.jpg").write_bytes(b"nothing")
    bench.assess()
    before = {row.path.name: row.assessment.regions for row in bench.rows}
    bench.photos = bench.photos.rename(bench.photos.with_name("renamed"))
    assert bench.assess() == {KEPT: 12, ASSESSED: 1}
    assert bench.engine.asked == []
    assert sorted(row.path for row in bench.rows) == sorted(bench.photos.iterdir())
    assert {row.path.name: row.assessment.regions for row in bench.rows} == before
    assert {Path(row.assessment.photo.name).parent.name for row in bench.rows} == {"renamed"}


def test_with_its_new_root_a_renamed_folder_is_not_even_read(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with Assessor(engine=WindowEngine(answer=nano_says)) as assessor, bench.writer(assessor) as run:
        run.set_root(bench.photos)
        Work(run, assessor).do(find_photos([bench.photos]))
    bench.photos = bench.photos.rename(bench.photos.with_name("renamed"))
    monkeypatch.setattr("idetex_plugin.assessing.assessor.load_photo", None)
    with Assessor(engine=WindowEngine()) as assessor, bench.writer(assessor) as run:
        run.set_root(bench.photos)
        Work(run, assessor).do(find_photos([bench.photos]))
        assert sorted(row.path for row in run.rows()) == sorted(bench.photos.iterdir())


def test_no_number_that_is_none_enters_a_row(bench: Bench) -> None:
    def answer(request: Request) -> Reply:
        reply = nano_says(request)
        if request.choices:
            return replace(reply, choice_probabilities=dict.fromkeys(request.choices, float("nan")))
        return replace(reply, tokens=(Token(reply.text, float("inf")),))

    bench.assess(WindowEngine(answer=answer))
    assert all(not row.unreadable for row in bench.rows)
    reasons = {status.reason for row in bench.rows for status in row.assessment.tasks.values()}
    assert reasons == {Reason.ENGINE_ERROR}


def test_another_checkpoint_behind_a_name_that_was_vouched_for_is_refused(bench: Bench) -> None:
    engine = WindowEngine(answer=nano_says)
    engine.served = Served("mine", "/models/a", 512, "1", vouched=True)
    bench.assess(engine)
    write_photos(bench.photos, 15)
    engine = WindowEngine(answer=nano_says)
    engine.served = Served("mine", "/models/b", 512, "1", vouched=True)
    with pytest.raises(RunError, match="answers of mine from /models/a, now served from /models/b"):
        bench.assess(engine)
    assert len(bench.rows) == 12
