from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from idetex_plugin.cli.app import app
from idetex_plugin.cli.exits import Exit


@pytest.mark.parametrize(
    ("recipe", "said"), [("qwen9", "no recipe of qwen2-vl, qwen3-vl"), ("qwen3-vl", "no conversations")]
)
def test_what_is_missing_is_named(tmp_path: Path, recipe: str, said: str) -> None:
    result = CliRunner().invoke(app, ["finetune", recipe, "--data", str(tmp_path), "--out", str(tmp_path / "out")])
    assert result.exit_code == Exit.USAGE
    assert said in result.output
