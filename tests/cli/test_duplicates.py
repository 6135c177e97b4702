"""`idetex duplicates`."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from duplicates.shots import write_run, write_shots
from standins import WindowEngine, nano_says
from typer.testing import CliRunner, Result

from idetex_plugin.cli.app import app

pytest.importorskip("imagehash")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", tmp_path / "photos", write_shots(tmp_path / "photos"))


def idetex(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_table_for_people(run: Path) -> None:
    result = idetex("duplicates", run)
    assert result.exit_code == 0, result.output
    lines = [line for line in result.stdout.splitlines() if ".jpg" in line or ".webp" in line or ".png" in line]
    assert "lake.webp" in lines[0]
    assert "4.25" in lines[0]
    assert "best" in lines[0]
    assert len(lines) == 6
    assert "4 of 7 photos are near duplicates of 2 others (distance " in result.stderr
    assert "left out: broken.jpg: The file ends early." in result.stderr


def test_files_for_programs(run: Path, tmp_path: Path) -> None:
    result = idetex("duplicates", run, "--json", tmp_path / "groups.json", "--csv", tmp_path / "groups.csv")
    assert result.exit_code == 0, result.output
    said = json.loads((tmp_path / "groups.json").read_text("utf-8"))
    assert [[photo["name"] for photo in group] for group in said["groups"]] == [
        ["lake.webp", "lake.jpg", "lake-small.jpg", "lake-turned.jpg"], ["hill.png", "hill-bright.jpg"],
    ]
    assert said["compared"] == 7
    assert [each["name"] for each in said["left_out"]] == ["broken.jpg"]
    assert Path(said["groups"][0][0]["path"]).is_file()
    lines = list(csv.DictReader(io.StringIO((tmp_path / "groups.csv").read_text("utf-8"))))
    assert [(line["group"], line["place"], line["name"]) for line in lines][3:5] == [
        ("1", "4", "lake-turned.jpg"), ("2", "1", "hill.png"),
    ]
    assert lines[3]["score"] == ""


@pytest.mark.parametrize("form", ["--json", "--csv"])
def test_printed_alone(run: Path, form: str) -> None:
    result = idetex("duplicates", run, form, "-")
    assert result.exit_code == 0
    if form == "--json":
        assert len(json.loads(result.stdout)["groups"]) == 2
    else:
        assert len(list(csv.DictReader(io.StringIO(result.stdout)))) == 6


def test_the_preference_is_an_option(run: Path) -> None:
    result = idetex("duplicates", run, "--prefer", "pixels", "--csv", "-")
    names = [line["name"] for line in csv.DictReader(io.StringIO(result.stdout))]
    assert names.index("lake-small.jpg") > names.index("lake-turned.jpg")


def test_both_printed_is_wrong_use(run: Path) -> None:
    assert idetex("duplicates", run, "--json", "-", "--csv", "-").exit_code == 2


def test_distance_0_leaves_what_the_hash_sees_as_the_same(run: Path, tmp_path: Path) -> None:
    idetex("duplicates", run, "--distance", 0, "--json", tmp_path / "groups.json")
    groups = json.loads((tmp_path / "groups.json").read_text("utf-8"))["groups"]
    assert all(photo["distance"] == 0 for group in groups for photo in group)


def test_a_file_that_cannot_be_written_is_named(run: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = idetex("duplicates", run, "--csv", tmp_path / "file" / "groups.csv")
    assert result.exit_code == 4
    assert "cannot be written" in result.output


def test_no_run_and_wrong_distances_are_wrong_use(tmp_path: Path) -> None:
    assert idetex("duplicates", tmp_path).exit_code == 2
    assert idetex("duplicates", tmp_path, "--distance", 128).exit_code == 2


def test_without_the_extra_the_command_that_brings_it_is_said(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idetex_plugin.words.extras.installed", lambda module: module != "imagehash")
    result = idetex("duplicates", run)
    assert result.exit_code == 2
    assert "pip install 'idetex-plugin[duplicates]'" in result.output
    assert not (run / "run.hashes.sqlite").exists()


def test_a_stop_keeps_the_hashes_and_the_same_command_continues(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(image: Any) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("idetex_plugin.duplicates.find.perceptual_hash", stopped)
        result = idetex("duplicates", run)
    assert result.exit_code == 130
    assert "the same command continues" in result.stderr
    assert idetex("duplicates", run).exit_code == 0


def test_photos_assessed_by_the_command_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def scripted(name: str, card: Any, *, known: Any, **options: Any) -> tuple[WindowEngine, str]:
        return WindowEngine(answer=nano_says), "it is scripted"

    monkeypatch.setattr("idetex_plugin.assessing.assessor.make_engine", scripted)
    write_shots(tmp_path / "photos")
    (tmp_path / "photos" / "text.jpg").write_text("no photo")
    assert idetex("assess", tmp_path / "photos", "--out", tmp_path / "run", "--no-report").exit_code == 0
    result = idetex("duplicates", tmp_path / "run", "--json", "-")
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    firsts = [min(Path(photo["name"]).name for photo in group) for group in said["groups"]]
    assert firsts == ["lake-small.jpg", "hill-bright.jpg"]
    assert [Path(each["name"]).name for each in said["left_out"]] == ["text.jpg"]
    again = idetex("assess", tmp_path / "photos", "--out", tmp_path / "run", "--no-report")
    assert again.exit_code == 0, "the folder with hashes is still a run folder"
