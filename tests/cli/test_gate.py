"""`idetex gate` with the embedded checkpoint."""

import json
from pathlib import Path

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
