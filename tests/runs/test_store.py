"""Rows in and out, one writer, one model a folder."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from made_up import half_failed, judged, unreadable

from idetex_plugin.runs.rows import Stamp, copy_for
from idetex_plugin.runs.schema import RunError
from idetex_plugin.runs.store import Run
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import State

CARD = Card(name="nano", title="Nano", checkpoint="embedded", dialect="nano")
PARTS = {"checkpoint": "a", "prompts": "b"}
STAMP = Stamp(10, 20)


def writer(folder: Path, fingerprint: str = "f", parts: dict[str, str] = PARTS) -> Run:
    return Run.writer(folder, CARD, fingerprint, parts)


@pytest.mark.parametrize("assessment", [judged("a.jpg"), unreadable("a.jpg"), half_failed("a.jpg")])
def test_a_row_gives_back_what_was_written(tmp_path: Path, assessment: Assessment) -> None:
    with writer(tmp_path / "run") as run:
        run.write("a.jpg", STAMP, assessment)
    with Run(tmp_path / "run") as run:
        [row] = run.rows()
        assert row.assessment == assessment
        assert (row.path, row.stamp, row.state) == (Path.cwd() / "a.jpg", STAMP, assessment.state)
        assert run.find("a.jpg") == row
        assert run.find("b.jpg") is None


def test_a_path_has_one_row_and_keeps_its_place(tmp_path: Path) -> None:
    with writer(tmp_path) as run:
        for name in ("a", "b", "a"):
            run.write(name, STAMP, judged(name, seed=len(run)))
        assert [row.assessment.photo.name for row in run.rows()] == ["a", "b"]
        assert run.find("a").assessment == judged("a", seed=2)


def test_names_need_not_be_text(tmp_path: Path) -> None:
    path = os.fsdecode(b"/photos/\xff\xfe.jpg")
    with writer(tmp_path) as run:
        run.write(path, STAMP, judged("/photos/\\xff\\xfe.jpg"))
        [row] = run.rows()
        assert str(row.path) == path
        assert run.original(row.assessment.photo) == Path(path)
        assert run.state_of(path, STAMP) is State.OK


def test_a_row_holds_while_the_file_is_unchanged(tmp_path: Path) -> None:
    with writer(tmp_path) as run:
        run.write("a", STAMP, unreadable("a"))
        assert run.state_of("a", STAMP) is State.FAILED
        assert run.state_of("a", Stamp(10, 21)) is None
        run.touch("a", Stamp(10, 21))
        assert run.state_of("a", Stamp(10, 21)) is State.FAILED


def test_finds_content_that_worked_first(tmp_path: Path) -> None:
    with writer(tmp_path) as run:
        run.write("failed", STAMP, half_failed("failed", content_hash="s"))
        run.write("ok", STAMP, judged("ok", content_hash="s"))
        assert [row.path.name for row in run.with_content("s")] == ["ok", "failed"]
        assert run.with_content("t") == []


def test_pages_of_rows_join(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idetex_plugin.runs.store.PAGE", 3)
    with writer(tmp_path) as run:
        for number in range(10):
            run.write(f"{number}", STAMP, judged(f"{number}"))
        assert [row.assessment.photo.name for row in run.rows()] == [str(number) for number in range(10)]


def test_another_way_of_asking_is_refused_by_name(tmp_path: Path) -> None:
    with writer(tmp_path) as run:
        run.write("a", STAMP, judged("a"))
    with pytest.raises(RunError, match=r"different: prompts, questions"):
        writer(tmp_path, "g", {"checkpoint": "a", "prompts": "c", "questions": "d"})
    writer(tmp_path).close()


def test_a_second_writer_is_refused_and_a_reader_is_not(tmp_path: Path) -> None:
    with writer(tmp_path) as run:
        run.write("a", STAMP, judged("a"))
        code = (
            "import sys; from idetex_plugin import Run, RunError; from idetex_plugin.words.card import Card\n"
            "print(len(Run(sys.argv[1])))\n"
            "try: Run.writer(sys.argv[1], Card(name='n', title='t', checkpoint='c', dialect='d'), 'f', {})\n"
            "except RunError as error: print(error)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True, timeout=60
        )
    assert done.stdout.splitlines()[0] == "1"
    assert "is being written by another process" in done.stdout


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(RunError, match="holds other files"):
        writer(tmp_path)
    with pytest.raises(RunError, match="not a folder"):
        writer(tmp_path / "holiday.jpg")
    with pytest.raises(RunError, match="not a run folder"):
        Run(tmp_path)


def test_another_version_or_database_is_refused(tmp_path: Path) -> None:
    writer(tmp_path / "new").close()
    database = sqlite3.connect(tmp_path / "new" / "run.sqlite")
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(RunError, match="schema version 99"):
        Run(tmp_path / "new")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "run.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(RunError, match="it is no database"):
        Run(tmp_path / "bad")


def test_a_creation_that_was_killed_can_be_continued(tmp_path: Path) -> None:
    (tmp_path / "run.sqlite").touch()
    (tmp_path / "run.lock").touch()
    with writer(tmp_path) as run:
        assert len(run) == 0


def test_a_run_without_rows_takes_another_fingerprint(tmp_path: Path) -> None:
    writer(tmp_path).close()
    with writer(tmp_path, "g") as run:
        assert run.description()["fingerprint"] == "g"
        assert run.root is None


def test_a_copy_says_what_it_is() -> None:
    first = judged("a.jpg")
    copy = copy_for("b.jpg", first, "a.jpg")
    assert copy.photo.name == "b.jpg"
    assert copy.photo.notes == ("result copied from a.jpg (same content)",)
    assert copy_for("c.jpg", copy, "a.jpg").photo.notes == copy.photo.notes
    assert copy.regions == first.regions
