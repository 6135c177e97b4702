"""`idetex export` and `idetex report`."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from made_up import many
from typer.testing import CliRunner, Result

from idetex_plugin.cli.app import app
from idetex_plugin.runs.rows import Stamp
from idetex_plugin.runs.store import Run
from idetex_plugin.words.card import Card

CARD = Card(name="nano", title="Nano", checkpoint="embedded", dialect="nano")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Run.writer(tmp_path / "run", CARD, "f", {}) as run:
        for assessment in many(5):
            run.write(f"/photos/{assessment.photo.name}", Stamp(1, 1), assessment)
    return tmp_path / "run"


def idetex(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_lines_on_standard_output(folder: Path) -> None:
    result = idetex("export", folder)
    assert result.exit_code == 0
    assert len([json.loads(line) for line in result.stdout.splitlines()]) == 5


def test_a_file_of_regions(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "regions.csv"
    result = idetex("export", folder, "--format", "csv", "--rows", "regions", "--out", out)
    assert result.exit_code == 0, result.output
    with out.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert f"{len(lines)} regions in {out}" in result.stderr.replace("\n", "")
    assert {line["distortion"] for line in lines}


def test_parquet_without_its_library_says_what_to_install(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, None)
    result = idetex("export", folder, "--format", "parquet", "--out", tmp_path / "rows.parquet")
    assert result.exit_code == 2
    assert "pip install" in result.output
    assert not (tmp_path / "rows.parquet").exists()


@pytest.mark.parametrize("command", ["export", "report"])
def test_a_folder_without_a_run_is_wrong_use(command: str, tmp_path: Path) -> None:
    result = idetex(command, tmp_path)
    assert result.exit_code == 2
    assert "is not a run folder" in result.output


@pytest.mark.parametrize("command", ["export", "report"])
def test_a_file_that_cannot_be_written_is_code_4(command: str, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = idetex(command, folder, "--out", tmp_path / "file" / "out")
    assert result.exit_code == 4
    assert "cannot be written" in result.output


def test_a_reader_that_has_gone_is_no_fault(folder: Path) -> None:
    command = [sys.executable, "-m", "idetex_plugin", "export", str(folder), "--format", "csv"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141


def test_a_page_where_it_is_wanted(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    result = idetex("report", folder, "--out", out, "--self-contained", "--title", "A <shoot>")
    assert result.exit_code == 0, result.output
    assert result.stdout.replace("\n", "") == str(out)
    assert "A &lt;shoot&gt;" in out.read_text()
