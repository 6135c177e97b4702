"""The README's command on the demo photographs, with real vLLM and the embedded checkpoint, in its own process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from idetex_plugin.runs.store import Run
from idetex_plugin.words.failure import State

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]


def idetex(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "idetex_plugin", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    pytest.importorskip("vllm")
    folder = tmp_path_factory.mktemp("demo") / "run"
    return folder, idetex("assess", "demo", "--out", folder)


def test_opens_with_a_summary_and_the_path_of_the_page(run: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = run
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Quality of 6 photos")
    assert "engine vllm" in done.stdout
    assert f"Report: {folder / 'report.html'}" in done.stdout
    assert (folder / "report.html").stat().st_size > 10_000


def test_every_photo_has_a_row_with_three_tasks(run: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = run
    with Run(folder) as opened:
        rows = list(opened.rows())
    assert sorted(row.path.name for row in rows) == sorted(path.name for path in (ROOT / "demo").glob("*.jpg"))
    for row in rows:
        assert set(row.assessment.tasks) == {"grounding", "perception", "description"}
        assert {status.state for status in row.assessment.tasks.values()} == {State.OK}, row.assessment.tasks
        assert row.assessment.engine == "vllm"
        assert 1 <= row.assessment.quality.score <= 5
        for answer in row.assessment.answers:
            assert sum(answer.probabilities.values()) == pytest.approx(1, abs=1e-3)


def test_the_same_command_again_asks_nothing(run: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = run
    again = idetex("assess", "demo", "--out", folder, "--json")
    assert again.returncode == 0
    assert json.loads(again.stdout)["photos"] == 6
    assert again.stderr.strip().startswith("6/6 photos in ")


def test_rows_can_be_exported(run: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = run
    done = idetex("export", folder)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 6
    assert {line["model"] for line in lines} == {"nano"}
