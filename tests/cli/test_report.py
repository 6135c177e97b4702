"""`idetex report --serve` as a command of its own."""

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from made_up import many

from idetex_plugin import Card, Run
from idetex_plugin.runs.rows import Stamp

COMMAND = [sys.executable, "-c", "from idetex_plugin.cli import main; main()", "report"]


def written(folder: Path, first: int, last: int) -> Path:
    card = Card(name="nano", title="Nano", checkpoint="embedded", dialect="nano")
    with Run.writer(folder, card, "f", {}) as run:
        for photo in list(many(last))[first:]:
            run.write(f"/photos/{photo.photo.name}", Stamp(1, 1), photo)
    return folder


@pytest.mark.parametrize("several", [False, True])
def test_it_serves_until_it_is_stopped(tmp_path: Path, several: bool) -> None:
    runs = [written(tmp_path / "one", 0, 20)] + [written(tmp_path / "two", 20, 30)] * several
    process = subprocess.Popen([*COMMAND, *map(str, runs), "--serve", "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.match(r"(http://127\.0\.0\.1:\d+) ", process.stdout.readline())
        assert found is not None
        with urlopen(f"{found[1]}/about") as answer:
            assert json.load(answer)["photos"] == (30 if several else 20)
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.parametrize("options", [["--out", "page.html"], ["--self-contained"]])
def test_it_writes_no_page_beside(tmp_path: Path, options: list[str]) -> None:
    done = subprocess.run([*COMMAND, str(tmp_path), "--serve", *options], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "--serve writes no page" in done.stderr


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    done = subprocess.run([*COMMAND, str(tmp_path), "--serve"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "is not a run folder" in done.stderr


def test_the_page_can_be_printed(tmp_path: Path) -> None:
    run = written(tmp_path / "run", 0, 3)
    (tmp_path / "here").mkdir()
    done = subprocess.run(
        [*COMMAND, str(run), "--out", "-", "--title", "Ferien – été"],
        capture_output=True,
        cwd=tmp_path / "here",
        check=True,
    )
    page = done.stdout.decode()
    assert page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>")
    assert "<title>Ferien – été</title>" in page and page.count('class="row"') == 3
    words = ["--out", "page.html", "--self-contained", "--title", "Ferien – été"]
    subprocess.run([*COMMAND, str(run), *words], cwd=tmp_path, check=True)
    assert (tmp_path / "page.html").read_bytes() == done.stdout
    assert not [*(tmp_path / "here").iterdir()] and not [*run.glob("report*")]


def test_a_page_that_cannot_be_written_is_told_before_the_rows_are_read(tmp_path: Path) -> None:
    for out, code, problem in (
        (tmp_path, 2, "a folder: name a file in it"),
        (tmp_path / "no" / "x", 4, "Not a directory"),
    ):
        (tmp_path / "no").touch()
        done = subprocess.run([*COMMAND, str(tmp_path), "--out", str(out)], capture_output=True, text=True, check=False)
        assert done.returncode == code and problem in done.stderr
