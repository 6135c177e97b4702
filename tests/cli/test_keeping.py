"""Options of commands that keep a run: roots, shards, limits as they go, and what is said when storage fails."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from standins import WindowEngine, failing_on, nano_says, write_photos
from typer.testing import CliRunner, Result

from idetex_plugin.cli.app import app
from idetex_plugin.cli.keeping import shared_folder
from idetex_plugin.runs.schema import StorageError
from idetex_plugin.runs.store import Run


class Desk:
    """A folder of photos, and commands on it with a scripted engine."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.photos, self.run = folder / "photos", folder / "run"
        self.engine = WindowEngine(answer=nano_says, slots=2)
        self.options: dict[str, Any] = {}
        monkeypatch.setattr("idetex_plugin.assessing.assessor.make_engine", self._make)

    def _make(self, name: str, card: Any, *, known: Any, **options: Any) -> tuple[WindowEngine, str]:
        self.options = options
        return self.engine, "it is scripted"

    def assess(self, *arguments: str) -> Result:
        return self.do("assess", str(self.photos), "--out", str(self.run), "--no-report", *arguments)

    def do(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    def rows(self, run: Path | None = None) -> list[Path]:
        with Run(run or self.run) as opened:
            return sorted(row.path for row in opened.rows())


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    write_photos(tmp_path / "photos", 12)
    return Desk(tmp_path, monkeypatch)


def test_the_engine_gets_every_option(desk: Desk) -> None:
    wanted = ["--url", "http://127.0.0.1:1", "--dtype", "float32", "--slots", "7", "--served-model", "mine"]
    assert desk.assess(*wanted, "--timeout", "9", "--wait-for-server", "5").exit_code == 0
    assert desk.options == {
        "url": "http://127.0.0.1:1", "dtype": "float32", "slots": 7, "served_model": "mine", "timeout": 9.0,
        "wait_for_server": 5.0,
    }  # fmt: skip
    result = desk.assess("--url", "http://127.0.0.1:1", "--served-model", "other")
    assert result.exit_code == 2 and "different: served model" in " ".join(result.output.split())


@pytest.mark.parametrize("limit", ["2", "20%"])
def test_too_many_failures_stop_the_command_on_the_way(desk: Desk, limit: str) -> None:
    desk.engine.answer = failing_on("<detect>")
    result = desk.assess("--fail-on", limit)
    assert result.exit_code == 1
    assert "Stopping after the photos in flight" in result.output
    assert 2 <= len(desk.rows()) < 12
    desk.engine.answer = nano_says
    assert desk.assess("--retry-failed").exit_code == 0
    assert len(desk.rows()) == 12


def test_a_renamed_folder_is_told_by_its_root(desk: Desk) -> None:
    desk.assess()
    desk.photos = desk.photos.rename(desk.photos.with_name("renamed"))
    result = desk.assess("--root", str(desk.photos), "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["photos"] == 12 and desk.engine.starts == 1
    assert desk.rows() == sorted(desk.photos.iterdir())


def test_missing_and_prune(desk: Desk) -> None:
    desk.assess()
    for number in (3, 5):
        (desk.photos / f"{number:03}.jpg").unlink()
    listed = desk.do("missing", str(desk.run))
    assert listed.exit_code == 0
    assert listed.stdout.split() == [str(desk.photos / "003.jpg"), str(desk.photos / "005.jpg")]
    assert "2 rows would be removed, 12 in" in desk.do("prune", str(desk.run), "--dry-run").stderr
    assert "2 rows removed, 10 in" in desk.do("prune", str(desk.run)).stderr
    assert len(desk.rows()) == 10


def test_names_of_what_is_gone_are_data(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = (desk.photos / "003.jpg").rename(desk.photos / "esc\x1b[31mred\n\udcff.jpg")
    desk.assess()
    odd.unlink()
    for words in (["missing", str(desk.run)], ["prune", str(desk.run), "--dry-run"]):
        assert desk.do(*words).stdout_bytes == os.fsencode(odd) + b"\n"
        for null in ("-0", "--null"):
            assert desk.do(*words, null).stdout_bytes == os.fsencode(odd) + b"\0"
        with monkeypatch.context() as patched:
            patched.setattr("idetex_plugin.cli.printing.to_terminal", lambda: True)
            assert desk.do(*words).stdout == f"{desk.photos}/esc\\x1b[31mred\\n\\xff.jpg\n"
    refused = desk.do("prune", str(desk.run), "--unreadable", "-0")
    assert refused.exit_code == 2 and "--null is for paths" in refused.stderr


def test_prune_does_not_take_a_folder_that_is_elsewhere_for_lost(desk: Desk) -> None:
    desk.assess()
    desk.photos = desk.photos.rename(desk.photos.with_name("renamed"))
    result = desk.do("prune", str(desk.run))
    assert result.exit_code == 2 and "--root" in result.output
    assert len(desk.rows()) == 12
    assert desk.do("prune", str(desk.run), "--root", str(desk.photos)).exit_code == 0
    assert len(desk.rows()) == 12
    shutil.rmtree(desk.photos)
    assert desk.do("prune", str(desk.run), "--all").exit_code == 0
    assert desk.rows() == []


@pytest.mark.parametrize(
    ("stored", "why"), [("{}", "photo: is missing"), ('{"photo": {"na', "Invalid JSON"), ("", "Invalid JSON")]
)
def test_rows_that_cannot_be_read_are_removed_when_asked(desk: Desk, stored: str, why: str) -> None:
    desk.assess()
    with Run.opened(desk.run) as run:
        run.query("UPDATE photos SET assessment = ? WHERE name LIKE '%004.jpg'", stored)
    result = desk.do("report", str(desk.run))
    assert result.exit_code == 0, result.output
    assert f"cannot be read: {why}" in (desk.run / "report.html").read_text("utf-8")
    assert desk.assess().exit_code == 0
    assert desk.do("export", str(desk.run)).stdout.count("\n") == 12
    assert "1 row removed, 11 in" in desk.do("prune", str(desk.run), "--unreadable").stderr
    assert desk.assess().exit_code == 0
    assert len(desk.rows()) == 12


def test_shards_and_merge(desk: Desk, tmp_path: Path) -> None:
    runs = []
    for number in (1, 2, 3):
        desk.run = tmp_path / f"run-{number}"
        assert desk.assess("--shard", f"{number}/3").exit_code == 0
        runs.append(str(desk.run))
    assert sum(len(desk.rows(Path(run))) for run in runs) == 12
    result = desk.do("merge", *runs, "--out", str(tmp_path / "all"))
    assert result.exit_code == 0 and "12 photos of 3 runs" in result.output
    assert desk.rows(tmp_path / "all") == sorted(desk.photos.iterdir())
    assert desk.do("export", *runs).stdout.count("\n") == 12
    page = tmp_path / "page.html"
    assert desk.do("report", *runs).exit_code == 2
    assert desk.do("report", *runs, "--out", str(page)).exit_code == 0
    assert page.read_text("utf-8").count('class="row"') == 12
    assert desk.assess("--shard", "4/3").exit_code == 2


def test_a_shard_of_a_part_is_that_of_the_whole(desk: Desk) -> None:
    below = desk.photos / "below"
    write_photos(below, 12, size=(40, 48))
    desk.assess("--shard", "1/2")
    rows = desk.rows()
    result = desk.do("assess", str(below), "--out", str(desk.run), "--no-report", "--shard", "1/2")
    assert result.exit_code == 0 and desk.rows() == rows
    desk.do("assess", str(below), "--out", str(desk.run), "--no-report", "--shard", "2/2")
    assert len(desk.rows()) > len(rows)
    assert desk.do("assess", str(desk.photos), "--out", str(desk.run), "--no-report").exit_code == 0
    assert len(desk.rows()) == 24


def test_storage_that_fails_is_code_4(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any) -> None:
        raise StorageError("run.sqlite: the disk is full")

    monkeypatch.setattr(Run, "write", full)
    result = desk.assess()
    assert result.exit_code == 4
    assert "the disk is full" in result.output and "Traceback" not in result.output


def test_a_page_that_cannot_be_written_is_code_4(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any, **options: Any) -> None:
        raise OSError(28, "No space left on device", "report.html")

    monkeypatch.setattr("idetex_plugin.report.page.write_report", full)
    result = desk.do("assess", str(desk.photos), "--out", str(desk.run))
    assert result.exit_code == 4
    assert "report.html: No space left on device" in result.output
    assert len(desk.rows()) == 12


def test_the_folder_that_paths_share(tmp_path: Path) -> None:
    write_photos(tmp_path / "a" / "b", 1)
    write_photos(tmp_path / "a" / "c", 1)
    both = [str(tmp_path / "a" / name) for name in ("b", "c")]
    assert shared_folder(both) == tmp_path / "a"
    assert shared_folder(both[:1]) == tmp_path / "a" / "b"
    assert shared_folder([f"{both[0]}/000.jpg"]) == tmp_path / "a" / "b"
    assert shared_folder([f"{tmp_path}/a/*/*.jpg"]) == tmp_path / "a"
