from pathlib import Path

from typer.testing import CliRunner

from idetex_plugin.cli.app import app
from idetex_plugin.cli.exits import Exit

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
    assert "wrong.toml" in said and "reader.pace" in said


def test_a_missing_photograph_is_named(tmp_path: Path) -> None:
    (tmp_path / "split.tsv").write_text("split\tphotograph\ntrain\tgone.jpg\nvalidation\tgone.jpg\n")
    (tmp_path / "recipe.toml").write_text('split = "split.tsv"\n' + RECIPE)
    code, said = train(tmp_path / "recipe.toml", tmp_path)
    assert code == Exit.USAGE
    assert "gone.jpg" in said
