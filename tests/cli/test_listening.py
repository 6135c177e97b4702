"""Commands that answer at an address, as processes of their own."""

import errno
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from made_up import many

from idetex_plugin import Card, Run
from idetex_plugin.runs.rows import Stamp

TESTS = Path(__file__).parents[1]
CODE = """
import sys
sys.path[:0] = sys.argv[1:3]
from standins import WindowEngine, nano_says
import idetex_plugin.assessing.assessor
def make(name, card, **options):
    print("the model is loaded", file=sys.stderr)
    return WindowEngine(answer=nano_says), "it is scripted"
idetex_plugin.assessing.assessor.make_engine = make
from idetex_plugin.cli import main
del sys.argv[1:3]
main()
"""


def words_of(command: str, folder: Path) -> list[str]:
    """The command's words, over a run of two photos for the report."""
    if command == "serve":
        return ["serve"]
    card = Card(name="nano", title="Nano", checkpoint="embedded", dialect="nano")
    with Run.writer(folder / "run", card, "f", {}) as run:
        for photo in many(2):
            run.write(f"/photos/{photo.photo.name}", Stamp(1, 1), photo)
    return ["report", str(folder / "run"), "--serve"]


@contextmanager
def started(*words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, str(TESTS), str(TESTS.parent), *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        try:
            yield process
        finally:
            process.kill()


def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    found = re.match(r"(http://127\.0\.0\.1:[1-9]\d*) \(Ctrl-C ends\)", process.stdout.readline())
    assert found is not None
    return found[1]


@pytest.mark.parametrize("command", ["serve", "report"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_says_where_it_is_and_how_it_was_stopped(
    command: str, number: signal.Signals, code: int, tmp_path: Path
) -> None:
    with started(*words_of(command, tmp_path), "--port", "0") as process:
        page = "health" if command == "serve" else "about"
        with urlopen(f"{address_of(process)}/{page}", timeout=30) as answer:
            assert answer.status == 200
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == code, errors
        assert "Traceback" not in errors


@pytest.mark.parametrize("command", ["serve", "report"])
def test_a_busy_port_is_told_before_anything_slow_begins(command: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with started(*words_of(command, tmp_path), "--port", str(port)) as process:
            _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert errors == f"idetex: the address 127.0.0.1:{port} cannot be bound: {os.strerror(errno.EADDRINUSE)}\n"


def test_an_address_of_another_machine_cannot_be_bound(tmp_path: Path) -> None:
    with started(*words_of("report", tmp_path), "--host", "no.such.host.invalid") as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "the address no.such.host.invalid:8009 cannot be bound" in errors
