from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from idetex_plugin.cli.app import app
from idetex_plugin.cli.exits import Exit
from idetex_plugin.lab.data.vida import read_conversations, read_metadata


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.output


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(2):
        rng = np.random.default_rng(number)
        Image.fromarray(rng.integers(0, 255, (96, 128, 3), np.uint8)).save(folder / f"{number}.png")
    return folder


def test_the_seed_decides_every_byte_and_augmenting_reads_what_was_made(photos: Path, tmp_path: Path) -> None:
    for name in ("once", "again"):
        code, said = run("synth", photos, "--out", tmp_path / name, "--count", 6, "--seed", 4)
        assert code == Exit.OK, said
    made = sorted(path.relative_to(tmp_path / "once") for path in (tmp_path / "once").rglob("*") if path.is_file())
    assert all((tmp_path / "once" / path).read_bytes() == (tmp_path / "again" / path).read_bytes() for path in made)
    records = read_metadata(tmp_path / "once" / "metadata.json")
    assert len(records) == 6
    assert all("mos" not in item for item in json.loads((tmp_path / "once" / "metadata.json").read_text()))
    for record in records:
        assert Image.open(tmp_path / "once" / record.image).size == (record.width, record.height)
    told = read_conversations(tmp_path / "once" / "detection.jsonl")
    assert [each.image for each in told] == [record.image for record in records]

    code, said = run(
        "augment", tmp_path / "once" / "metadata.json", "--images", tmp_path / "once", "--out", tmp_path / "more",
        "--copies", 2, "--no-perception",
    )  # fmt: skip
    assert code == Exit.OK, said
    more = read_metadata(tmp_path / "more" / "metadata.json")
    assert len(more) == 18
    assert [r.marks for r in more[:6]] == [r.marks for r in records]
    for record in more:
        assert Image.open(tmp_path / "more" / record.image).size == (record.width, record.height)
    assert not (tmp_path / "more" / "mcq.jsonl").exists()


def test_a_folder_with_something_in_it_is_refused(photos: Path) -> None:
    code, said = run("synth", photos, "--out", photos)
    assert code == Exit.USAGE
    assert "not empty" in said


def test_an_image_that_is_not_its_records_is_named(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(json.dumps([{"image": "0.png", "width": 5, "height": 5, "distortions": []}]))
    code, said = run("augment", tmp_path / "m.json", "--images", photos, "--out", tmp_path / "out")
    assert code == Exit.USAGE
    assert "0.png" in said and "128 x 96" in said


def test_the_folder_that_was_written_is_one_line(photos: Path, tmp_path: Path) -> None:
    code, said = run("synth", photos, "--out", tmp_path / "two\nlines", "--count", 1)
    assert code == Exit.OK, said
    assert said.splitlines()[-1].endswith("two\\nlines")
