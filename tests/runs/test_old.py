"""Run folders of earlier versions open, continue, move and report."""

import io
import json
import sqlite3
from pathlib import Path

import pytest
from runs.old import old_run
from standins import WindowEngine, nano_says

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.photo.sources import find_photos
from idetex_plugin.report.page import write_report
from idetex_plugin.runs.absent import missing, unreadable
from idetex_plugin.runs.export import export
from idetex_plugin.runs.store import Run
from idetex_plugin.runs.summary import summarise
from idetex_plugin.runs.work import Handling, Work
from idetex_plugin.words.failure import State


def version(run: Path) -> int:
    database = sqlite3.connect(run / "run.sqlite")
    try:
        return int(database.execute("PRAGMA user_version").fetchone()[0])
    finally:
        database.close()


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("rows", ["photos", "regions", "answers"])
def test_a_reader_changes_nothing_and_shows_every_row(tmp_path: Path, form: str, rows: str) -> None:
    folder = old_run(tmp_path)
    with Run(folder) as run:
        out = io.BytesIO()
        assert export(run, rows, form, out) == {"photos": 6, "regions": 3, "answers": 9}[rows]
        assert summarise(run).total == 6
        page = write_report((row.assessment for row in run.rows()), tmp_path / "page.html", photos=run.original)
    assert version(folder) == 1
    assert "cannot be read" in page.read_text("utf-8")
    if (rows, form) == ("photos", "jsonl"):
        lines = [json.loads(line) for line in out.getvalue().splitlines()]
        [bad] = [line for line in lines if line["reason"] == "internal_error"]
        assert bad["path"] == "/photos/2.png" and "row 2 (/photos/2.png) cannot be read" in bad["message"]


def test_it_continues_where_its_photos_are_now(tmp_path: Path) -> None:
    with Assessor(engine=WindowEngine(answer=nano_says)) as assessor:
        folder = old_run(tmp_path, assessor.fingerprint)
        with Run.writer(folder, assessor.card, assessor.fingerprint, assessor.fingerprint_parts) as run:
            run.set_root(tmp_path / "photos")
            assert [row.path.parent for row in run.rows()] == [tmp_path / "photos"] * 6
            work = Work(run, assessor)
            work.do(find_photos([tmp_path / "photos"]))
            assert work.outcomes == {Handling.KEPT: 5, Handling.ASSESSED: 1}
            assert {row.path.name: str(row.state) for row in run.rows() if row.state is not State.OK} == {
                "2.png": "failed", "broken.jpg": "failed"
            }
            assert run.query("SELECT count(*) FROM photos") == [(6,)]
    assert version(folder) == 2


def test_without_a_root_moved_photos_are_known_by_their_content(tmp_path: Path) -> None:
    with Assessor(engine=WindowEngine(answer=nano_says)) as assessor:
        folder = old_run(tmp_path, assessor.fingerprint)
        with Run.writer(folder, assessor.card, assessor.fingerprint, assessor.fingerprint_parts) as run:
            assert len(list(missing(run))) == 6
            work = Work(run, assessor)
            work.do(find_photos([tmp_path / "photos"]))
            assert sorted(row.path for row in run.rows()) == sorted((tmp_path / "photos").iterdir())
            assert work.outcomes == {Handling.KEPT: 3, Handling.ASSESSED: 3}
            assert not list(missing(run)) and not list(unreadable(run))


def test_the_row_that_cannot_be_read_can_be_removed_and_is_assessed_again(tmp_path: Path) -> None:
    with Assessor(engine=WindowEngine(answer=nano_says)) as assessor:
        folder = old_run(tmp_path, assessor.fingerprint)
        with Run.writer(folder, assessor.card, assessor.fingerprint, assessor.fingerprint_parts) as run:
            run.set_root(tmp_path / "photos")
            [(number, why)] = unreadable(run)
            assert "probabilities" in why
            run.remove([number])
            Work(run, assessor, retry_failed=True).do(find_photos([tmp_path / "photos"]))
            assert [row.path.name for row in run.rows() if row.state is State.FAILED] == ["broken.jpg"]


def test_a_writer_gives_it_the_views_of_measures_and_duplicates(tmp_path: Path) -> None:
    with Assessor(engine=WindowEngine(answer=nano_says)) as assessor:
        folder = old_run(tmp_path, assessor.fingerprint)
        with Run.writer(folder, assessor.card, assessor.fingerprint, assessor.fingerprint_parts) as run:
            assert run.query("SELECT * FROM measures") == []
            same = run.query("SELECT name, copies FROM duplicates")
    with Run(folder) as run:
        lines = io.BytesIO()
        assert export(run, "duplicates", "jsonl", lines) == len(same)
