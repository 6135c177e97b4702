"""The commands in the READMEs of the examples, with the embedded checkpoint."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]
READMES = sorted((ROOT / "examples").glob("*/README.md"))


@pytest.mark.parametrize("readme", READMES, ids=lambda readme: readme.parent.name)
def test_the_command_runs_and_judges_both_photos(readme: Path, tmp_path: Path) -> None:
    fences = [token.content for token in MarkdownIt().parse(readme.read_text("utf-8")) if token.type == "fence"]
    [line] = [line for block in fences for line in block.splitlines() if line.startswith("python ")]
    (tmp_path / "demo").symlink_to(ROOT / "demo")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    command = [sys.executable, *shlex.split(line)[1:]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "bedside" in done.stdout
    assert "camera" in done.stdout
    assert any(word in done.stdout for word in ("pass", "reject", "review", "quality")), done.stdout
    made = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix in (".jpg", ".webp")]
    assert made
