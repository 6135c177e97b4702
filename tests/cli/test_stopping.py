"""Ctrl-C, termination and kill -9, on the real command in its own process."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from standins import write_photos

from idetex_plugin.runs.schema import RunError
from idetex_plugin.runs.store import Run

TESTS = Path(__file__).parents[1]
CODE = """
import sys, time
sys.path[:0] = sys.argv[1:3]
from standins import WindowEngine, nano_says
import idetex_plugin.assessing.assessor
seconds = float(sys.argv[3])
engine = WindowEngine(slots=3, answer=nano_says, before_answer=lambda: time.sleep(seconds))
idetex_plugin.assessing.assessor.make_engine = lambda name, card, **options: (engine, "it is scripted")
from idetex_plugin.cli import main
del sys.argv[1:4]
main()
"""


def start(photos: Path, run: Path, seconds: float) -> subprocess.Popen[str]:
    arguments = [str(TESTS), str(TESTS.parent), str(seconds), "assess", str(photos), "--out", str(run)]
    return subprocess.Popen(
        [sys.executable, "-c", CODE, *arguments, "--no-report", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def rows(run: Path) -> list[str]:
    try:
        with Run(run) as opened:
            return [row.path.name for row in opened.rows()]
    except RunError:
        return []


def wait_for_rows(process: subprocess.Popen[str], run: Path, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(rows(run)) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_killed_twice_and_continued_to_one_row_a_photo(tmp_path: Path) -> None:
    photos, run = tmp_path / "photos", tmp_path / "run"
    write_photos(photos, 30)
    for count in (6, 14):
        process = start(photos, run, 0.05)
        wait_for_rows(process, run, count)
        process.kill()
        process.communicate()
        assert count <= len(rows(run)) < 30
    before = rows(run)
    process = start(photos, run, 0)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert json.loads(output)["states"] == {"ok": 30}
    after = rows(run)
    assert after[: len(before)] == before
    assert sorted(after) == [f"{number:03}.jpg" for number in range(30)]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_signal_writes_what_is_in_flight(tmp_path: Path, number: signal.Signals, code: int) -> None:
    photos, run = tmp_path / "photos", tmp_path / "run"
    write_photos(photos, 60)
    process = start(photos, run, 0.05)
    wait_for_rows(process, run, 4)
    process.send_signal(number)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Stopping after the photos in flight" in errors
    assert json.loads(output)["photos"] == len(rows(run))
    assert 4 <= len(rows(run)) < 60


def test_the_second_signal_stops_at_once(tmp_path: Path) -> None:
    photos, run = tmp_path / "photos", tmp_path / "run"
    write_photos(photos, 10)
    process = start(photos, run, 1)
    wait_for_rows(process, run, 1)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - began < 5
    assert len(rows(run)) < 4


def test_two_processes_do_not_write_one_run(tmp_path: Path) -> None:
    photos, run = tmp_path / "photos", tmp_path / "run"
    write_photos(photos, 20)
    first = start(photos, run, 1)
    wait_for_rows(first, run, 1)
    second = start(photos, run, 0)
    _, errors = second.communicate(timeout=60)
    assert second.returncode == 2
    assert "is being written by another process" in errors
    first.kill()
    first.communicate()
