"""A folder of hostile files through the real command and real vLLM: a row for each, and none stops the run."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hostile import write_hostile

from idetex_plugin.runs.store import Run
from idetex_plugin.words.failure import State

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]


def test_every_hostile_file_has_the_right_row(tmp_path: Path) -> None:
    pytest.importorskip("vllm")
    folder, run = tmp_path / "photos", tmp_path / "run"
    cases = write_hostile(folder)
    assert len(cases) >= 60
    command = [sys.executable, "-m", "idetex_plugin", "assess", folder, "--out", run]
    done = subprocess.run(
        [*command, "--tasks", "perception", "--fail-on", "never", "--json"],
        cwd=ROOT, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["photos"] == len(cases)
    with Run(run) as opened:
        rows = {str(row.path): row for row in opened.rows()}
    assert sorted(rows) == sorted(case.path for case in cases)
    for case in cases:
        row = rows[case.path]
        failure = row.assessment.failure
        assert (failure.reason if failure else None) in (case.reasons or {None}), case
        if failure is None:
            assert row.state is State.OK, row.assessment.tasks
            assert row.assessment.quality is not None
