from pathlib import Path

import pytest
from typer.testing import CliRunner

from idetex_plugin.cli.app import app
from idetex_plugin.cli.exits import Exit
from idetex_plugin.lab.training.config import RECIPES, read_config

RECIPE = "[dense]\nsteps = 1\nbatch = 1\n[reader]\nsteps = 1\nbatch = 1\n"


def train(recipe: Path, photos: Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["train", str(recipe), "--photos", str(photos), "--out", str(photos / "out")])
    return result.exit_code, result.output


def test_a_missing_recipe_is_named(tmp_path: Path) -> None:
    code, said = train(tmp_path / "absent.toml", tmp_path)
    assert code == Exit.USAGE
    assert "absent.toml" in said


def test_a_wrong_recipe_is_named_with_its_key(tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text(RECIPE + "pace = 3\n")
    code, said = train(tmp_path / "wrong.toml", tmp_path)
    assert code == Exit.USAGE
    assert said == f"idetex: {tmp_path / 'wrong.toml'}: reader.pace: unknown key\n"


def test_each_fault_of_a_recipe_has_a_line_with_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text('seed = "x"\n[dense]\nsteps = 0\nbatch = 3\nprocesses = 2\n')
    code, said = train(path, tmp_path)
    assert code == Exit.USAGE
    assert said.splitlines() == [
        f"idetex: {path}: seed: must be a whole number, not 'x'", f"{path}: dense.steps: must be greater than 0, not 0",
    ]  # fmt: skip
    path.write_text("[dense]\nsteps = 1\nbatch = 3\nprocesses = 2\n[reader]\nsteps = 1\nbatch = 1\n")
    assert train(path, tmp_path)[1] == f"idetex: {path}: dense: 2 processes cannot share a batch of 3 evenly\n"
    assert "Is a directory" in train(tmp_path, tmp_path)[1]


def test_a_recipe_of_the_package_is_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = train(Path("nano-gpu"), tmp_path)
    assert code == Exit.USAGE
    assert "nano-gpu" not in said and str(tmp_path) in said  # it has been read: a photograph of its split is missing
    assert read_config(Path("nano-gpu")) == read_config(RECIPES / "nano-gpu.toml")
    code, said = train(Path("nano-gpus"), tmp_path)
    assert code == Exit.USAGE
    assert "nano-gpus: no such file, and no recipe of nano, nano-boxes" in said
    Path("nano-gpu").write_text("a")
    assert "nano-gpu: Expected" in train(Path("nano-gpu"), tmp_path)[1]


def test_a_missing_photograph_is_named(tmp_path: Path) -> None:
    (tmp_path / "split.tsv").write_text("split\tphotograph\ntrain\tgone.jpg\nvalidation\tgone.jpg\n")
    (tmp_path / "recipe.toml").write_text('split = "split.tsv"\n' + RECIPE)
    code, said = train(tmp_path / "recipe.toml", tmp_path)
    assert code == Exit.USAGE
    assert "gone.jpg" in said
