"""`idetex gate` with the embedded checkpoint."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from idetex_plugin.cli.app import app

DEMO = Path(__file__).parents[2] / "demo"


def gate(*words: object) -> Result:
    return CliRunner().invoke(app, ["gate", *map(str, words)])


@pytest.mark.integration
def test_a_folder_of_copies(tmp_path: Path) -> None:
    photo = Image.open(DEMO / "camera.jpg")
    originals, copies = tmp_path / "originals", tmp_path / "copies"
    for folder in (originals, copies):
        folder.mkdir()
    photo.save(originals / "camera.png")
    photo.save(copies / "camera.webp", quality=95)
    photo.save(tmp_path / "spoilt.jpg", quality=3)
    fine = gate(originals, copies)
    assert fine.exit_code == 0, fine.output
    assert "camera.webp (decided by ssimulacra2)" in fine.stdout
    spoilt = gate(DEMO / "camera.jpg", tmp_path / "spoilt.jpg", "--engine", "transformers", "--json", "-")
    assert spoilt.exit_code == 1, spoilt.output
    [verdict] = json.loads(spoilt.stdout)["photos"]
    assert verdict["outcome"] == "reject"
    assert verdict["decided_by"] in ("model", "ssimulacra2")


def test_what_has_no_partner_is_named_and_does_not_pass(tmp_path: Path) -> None:
    originals, copies = tmp_path / "originals", tmp_path / "copies"
    for folder, name in ((originals, "lost.png"), (copies, "alone.webp")):
        folder.mkdir()
        Image.new("RGB", (64, 48), "teal").save(folder / name)
    result = gate(originals, copies, "--json", "-")
    assert result.exit_code == 1
    told = {Path(photo["name"]).name: photo["reasons"] for photo in json.loads(result.stdout)["photos"]}
    assert told == {"alone.webp": [f"it has no original in {originals}"], "lost.png": [f"it has no copy in {copies}"]}


def test_what_cannot_be_read_does_not_pass_but_may_be_let_go(tmp_path: Path) -> None:
    (tmp_path / "cut.jpg").write_bytes((DEMO / "camera.jpg").read_bytes()[:3000])
    words = [DEMO / "camera.jpg", tmp_path / "cut.jpg", "--junit", tmp_path / "j.xml", "--sarif", tmp_path / "s.json"]
    assert gate(*words).exit_code == 1
    assert gate(*words, "--fail-on", "reject").exit_code == 0
    assert "cut short" in (tmp_path / "j.xml").read_text()
    assert "cut short" in (tmp_path / "s.json").read_text()


@pytest.fixture
def pair(tmp_path: Path) -> list[Path]:
    """A photo and its copy, under names that would colour a terminal and forge a line."""
    Image.open(DEMO / "camera.jpg").save(tmp_path / "camera.png")
    copy = tmp_path / "esc\x1b[31mred\npass   forged.jpg"
    copy.write_bytes((DEMO / "camera.jpg").read_bytes())
    return [tmp_path / "camera.png", copy]


@pytest.mark.parametrize(("option", "begins"), [("--json", "{"), ("--junit", "<?xml"), ("--sarif", "{")])
def test_each_output_can_be_printed_alone(option: str, begins: str, pair: list[Path], tmp_path: Path) -> None:
    result = gate(*pair, option, "-", "--json" if option != "--json" else "--sarif", tmp_path / "other")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(begins)
    (json.loads if begins == "{" else ElementTree.fromstring)(result.stdout)
    assert (tmp_path / "other").is_file()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--json", "-", "--junit", "-"], "--json and --junit cannot both be printed"),
        (["--junit", "-", "--sarif", "-"], "--junit and --sarif cannot both be printed"),
        (["--html", "-"], "--html cannot be printed"),
    ],
)
def test_only_one_output_is_printed_and_no_page(
    words: list[str], problem: str, pair: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    result = gate(*pair, *words)
    assert result.exit_code == 2
    assert problem in result.stderr
    assert not (tmp_path / "-").exists()


@pytest.mark.parametrize("option", ["--json", "--junit", "--sarif", "--html"])
def test_an_output_that_cannot_be_written_is_named(option: str, pair: list[Path], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    pair[1].write_bytes(b"no image")
    result = gate(*pair, option, tmp_path / "file" / "out")
    assert result.exit_code == 4, result.output
    assert f"{tmp_path / 'file' / 'out'} cannot be written: " in result.stderr


def test_a_reader_that_has_gone_is_no_fault(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(b"no image")
    command = [sys.executable, "-m", "idetex_plugin", "gate", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
    assert process.returncode == 141, errors
    assert "idetex:" not in errors and "Traceback" not in errors


def test_names_are_data(pair: list[Path], tmp_path: Path) -> None:
    result = gate(*pair)
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output
    [line] = [line for line in result.stdout.splitlines() if line.startswith("pass")]
    assert "esc\\x1b[31mred\\npass   forged.jpg" in line
    pair[1].write_bytes(b"no image")
    assert "\x1b" not in gate(*pair).output
    assert "\x1b" not in gate(tmp_path / "osc\x1b]0;a\x07", pair[1].parent).output


def test_a_missing_original_is_blamed_by_its_own_name() -> None:
    result = gate("nothere.png", DEMO / "camera.jpg")
    assert result.exit_code == 1
    assert "the original: nothere.png: there is no such file" in result.stdout


def test_large_photos_are_judged_without_warnings_for_programmers(tmp_path: Path) -> None:
    for number in range(10):
        Image.new("1", (12000, 12000)).save(tmp_path / f"{number}.png")
    command = [sys.executable, "-m", "idetex_plugin", "gate", str(tmp_path), "--jobs", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("12000 x 12000 pixels") == 10
    assert "Warning" not in done.stderr


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ([], "one of them only"),
        (["a", "--staged"], "one of them only"),
        (["a", "b", "c"], "3 paths"),
        ([DEMO, "--policy", "wbe"], "did you mean 'web'"),
        ([DEMO, "--model", "gpt-9"], "no model is called"),
        (["--changed-in", "no-such-branch"], "no-such-branch"),
        ([DEMO / "camera.jpg", DEMO], "two files or two folders"),
    ],
)
def test_wrong_use_is_named(words: list[object], problem: str) -> None:
    result = gate(*words)
    assert result.exit_code == 2, result.output
    assert problem in result.stderr
    assert "pairs in" not in result.stderr


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (["--json", "."], 2, "--json .: a folder: name a file in it"),
        (["--html", "."], 2, "--html .: a folder: name a file in it"),
        (["--json", "x.txt", "--junit", "./x.txt"], 2, "--json and --junit are both x.txt"),
        (["--sarif", "copy.jpg"], 2, "--sarif copy.jpg: what is read could be written over"),
        (["--html", "copy.jpg/x.html"], 4, "x.html cannot be written: Not a directory"),
    ],
)
def test_outputs_that_cannot_be_written_are_found_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, problem: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("copy.jpg").write_bytes((DEMO / "camera.jpg").read_bytes())
    result = CliRunner().invoke(app, ["gate", str(DEMO / "camera.jpg"), "copy.jpg", *words])
    assert (result.exit_code, result.stdout) == (code, ""), result.output
    assert problem in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["copy.jpg"]


def test_a_name_with_a_line_end_does_not_break_the_line_of_an_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["gate", str(tmp_path / "a\nb.jpg"), str(tmp_path)])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "a\\nb.jpg" in result.stderr
    odd = tmp_path / "p\nq.toml"
    odd.write_text("level_drop = -1\nconfidence = 7\n")
    result = CliRunner().invoke(app, ["gate", str(DEMO / "camera.jpg"), "--policy", str(odd)])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 2)
    assert result.stderr.count("p\\nq.toml") == 2
