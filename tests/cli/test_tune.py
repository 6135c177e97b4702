"""`idetex tune` with the embedded checkpoint."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from idetex_plugin.cli.app import app

DEMO = Path(__file__).parents[2] / "demo"


def tune(*words: object) -> Result:
    return CliRunner().invoke(app, ["tune", *map(str, words)])


@pytest.mark.integration
def test_it_writes_a_smaller_file_that_passes(tmp_path: Path) -> None:
    out, plot = tmp_path / "small.jpg", tmp_path / "curve.png"
    photo = DEMO / "bedside.jpg"
    words = [photo, "--engine", "transformers", "--out", out, "--plot", plot, "--tolerance", 8]
    result = tune(*words, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["best"]["bytes"] == out.stat().st_size < photo.stat().st_size
    assert [trial["setting"] for trial in told["curve"]] == sorted({trial["setting"] for trial in told["curve"]})
    assert plot.stat().st_size > 5000


def test_no_setting_may_be_good_enough(tmp_path: Path) -> None:
    policy = tmp_path / "never.toml"
    policy.write_text("[similarity]\npasses = 100\nrejects = 100\n")
    result = tune(DEMO / "camera.jpg", "--policy", policy, "--codec", "png-palette")
    assert result.exit_code == 1
    assert "no png-palette of" in result.stderr
    assert "reject" in result.stdout


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["gone.jpg"], "gone.jpg"),
        ([DEMO / "camera.jpg", "--codec", "heic"], "choose from jpeg"),
        ([DEMO / "ATTRIBUTION.md"], "no image"),
    ],
)
def test_wrong_use_is_named(words: list[object], problem: str) -> None:
    result = tune(*words)
    assert result.exit_code == 2
    assert problem in result.stderr
