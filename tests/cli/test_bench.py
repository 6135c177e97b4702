"""`idetex bench synth` with the embedded checkpoint, on photographs that no training saw."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from idetex_plugin.cli.app import app

DEMO = Path(__file__).parents[2] / "demo"


@pytest.mark.integration
def test_the_embedded_checkpoint_on_a_few_photos() -> None:
    words = ["bench", "synth", "--photos", DEMO, "--limit", 4, "--seed", 9, "--engine", "transformers", "--json", "-"]
    result = CliRunner().invoke(app, [*map(str, words), "--baselines", "--against", "nano"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert (report["cases"], report["failed"]) == (16, 0)
    assert all(rival["difference"] in (0, None) for rival in report["rivals"])
    assert {row["name"] for row in report["telling"]} >= {"Noise", "any damage"}
    assert "| clean | photos with a region reported |" in result.stderr


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--photos", "nowhere"], "nowhere does not exist"),
        (["--photos", str(DEMO.parent / "tests"), "--split", "test"], "is below"),
        (["--photos", str(DEMO), "--model", "gpt-9"], "no model is called"),
    ],
)
def test_wrong_arguments_are_named(words: list[str], problem: str) -> None:
    result = CliRunner().invoke(app, ["bench", "synth", *words])
    assert result.exit_code == 2
    assert problem in result.stderr.replace("\n", " ")
