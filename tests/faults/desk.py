"""The real command in its own process, on a real folder, against a server of its own that can be made to fail."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from standins import write_photos

KEY = "sesame-open-12345678"
HERE = Path(__file__).parent
LONG = os.environ.get("IDETEX_FAULTS") == "long"
"""Set for the long form: `IDETEX_FAULTS=long python -m pytest tests/faults`."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Server:
    """The faulty server's process."""

    def __init__(self) -> None:
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "faulty.py"), str(self.port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._line() == "ready"

    def tell(self, **order: Any) -> None:
        assert self.process is not None and self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        assert self._line() == "ok"

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def _line(self) -> str:
        assert self.process is not None and self.process.stdout is not None
        return self.process.stdout.readline().strip()


class Desk:
    """A folder of photos, a run, and the command on them."""

    def __init__(self, folder: Path, url: str, photos: int) -> None:
        self.photos, self.run, self.url = folder / "photos", folder / "run", url
        self.log = ""
        write_photos(self.photos, photos)

    def start(self, *options: str, before: str = "") -> subprocess.Popen[str]:
        """Start the command, with code that runs before it in its process."""
        arguments = ["assess", str(self.photos), "--out", str(self.run), "--url", self.url, *options]
        environment = {**os.environ, "IDETEX_API_KEY": KEY, "COLUMNS": "200"}
        return subprocess.Popen(
            [sys.executable, "-c", f"{before}\nfrom idetex_plugin.cli import main\nmain()", *arguments],
            env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def finish(self, process: subprocess.Popen[str], timeout: float = 120) -> int:
        """The exit code; `log` holds what was printed, of all commands so far."""
        try:
            self.log += process.communicate(timeout=timeout)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            self.log += process.communicate()[0]
            raise AssertionError(f"the command does not end:\n{self.log}") from None
        return process.returncode

    def assess(self, *options: str, **more: Any) -> int:
        return self.finish(self.start(*options, **more))

    def states(self) -> dict[str, str]:
        """State by file name. Fails when a photo has two rows."""
        try:
            database = sqlite3.connect(f"file:{self.run / 'run.sqlite'}?mode=ro", uri=True)
            rows = database.execute("SELECT path, state FROM photos").fetchall()
            database.close()
        except sqlite3.OperationalError:
            return {}
        names = [os.path.basename(os.fsdecode(path)) for path, _ in rows]
        assert len(names) == len(set(names)), "a photo has two rows"
        return dict(zip(names, (state for _, state in rows), strict=True))

    def wait_for_rows(self, process: subprocess.Popen[str], count: int) -> None:
        deadline = time.monotonic() + 60
        while len(self.states()) < count:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def secret_places(self) -> list[str]:
        """Files of the run, and the log, that hold the key."""
        found = ["the log"] if KEY in self.log else []
        files = (path for path in self.run.rglob("*") if path.is_file())
        return found + [str(path) for path in files if KEY.encode() in path.read_bytes()]
