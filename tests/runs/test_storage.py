"""Faults of the run folder's file: named, never a traceback of sqlite, and nothing that was written is lost."""

import logging
import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from made_up import judged

from idetex_plugin.runs.rows import Stamp
from idetex_plugin.runs.schema import StorageError
from idetex_plugin.runs.store import Run
from idetex_plugin.words.card import Card

CARD = Card(name="nano", title="Nano", checkpoint="embedded", dialect="nano")
STAMP = Stamp(10, 20)


def writer(folder: Path) -> Run:
    return Run.writer(folder, CARD, "f", {"checkpoint": "a"})


def write(run: Run, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        run.write(f"{number}.jpg", STAMP, judged(f"{number}.jpg"))


READ = "print('rows', len(Run(sys.argv[1])))"
WRITE = """
try: Run.writer(sys.argv[1], CARD, 'f', {})
except ValueError as error: print(type(error).__name__, error)
"""
BEGIN = """
import os, sys
from idetex_plugin import Card, Run
CARD = Card(name='nano', title='n', checkpoint='c', dialect='nano')
if os.getuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
"""


def without_rights(code: str, folder: Path) -> str:
    """What this prints when root's rights, if we have them, are given up first."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + code, str(folder)], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    return done.stdout + done.stderr


def test_a_full_disk_is_named_and_loses_nothing(tmp_path: Path) -> None:
    run = writer(tmp_path)
    write(run, 5)
    (pages,) = run.query("PRAGMA page_count")[0]
    run.query(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(StorageError, match=r"run\.sqlite: the disk is full"):
        write(run, 200, first=5)
    before = len(run)
    assert before >= 5
    run.close()
    with writer(tmp_path) as run:
        assert len(run) == before
        write(run, 1, first=999)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    with writer(tmp_path) as run:
        write(run, 300)
        run.query("PRAGMA wal_checkpoint(TRUNCATE)")
    file = tmp_path / "run.sqlite"
    data = bytearray(file.read_bytes())
    data[4096 * 3 : 4096 * 60] = b"\x55" * (4096 * 57)
    file.write_bytes(data)
    with pytest.raises(StorageError, match=r"run\.sqlite: it is damaged"), Run(tmp_path) as run:
        list(run.rows())


def test_a_file_that_is_none_of_ours_is_named(tmp_path: Path) -> None:
    (tmp_path / "run.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(StorageError, match="it is no database"):
        Run(tmp_path)


def test_a_lock_of_another_program_is_waited_for_aloud(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with writer(tmp_path) as run, caplog.at_level(logging.WARNING):
        other = sqlite3.connect(tmp_path / "run.sqlite", isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")

        def let_go() -> None:
            deadline = time.monotonic() + 30
            while "locked by another program" not in caplog.text and time.monotonic() < deadline:
                time.sleep(0.05)
            other.execute("ROLLBACK")

        waiter = threading.Thread(target=let_go)
        waiter.start()
        write(run, 1)
        waiter.join()
        assert len(run) == 1
        other.close()
    assert "locked by another program; waiting" in caplog.text


def test_a_lock_that_stays_ends_with_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idetex_plugin.runs.database.LOCKED_SECONDS", 0.5)
    monkeypatch.setattr("idetex_plugin.runs.database.POLL_MS", 100)
    with writer(tmp_path) as run:
        other = sqlite3.connect(tmp_path / "run.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="another program has locked it"):
            write(run, 1)
        other.close()
        write(run, 1)


def test_a_folder_that_may_not_be_written() -> None:
    with TemporaryDirectory() as name:
        top, folder = Path(name), Path(name, "run")
        with writer(folder) as run:
            write(run, 3)
        for path in (*folder.iterdir(), folder, top):
            path.chmod(0o555 if path.is_dir() else 0o444)
        try:
            assert without_rights(READ, folder).strip() == "rows 3"
            said = without_rights(WRITE, folder)
            assert "StorageError" in said and "cannot be written: Permission denied" in said
            assert "cannot be written: Permission denied" in without_rights(WRITE, top / "new")
        finally:
            top.chmod(0o755)
            folder.chmod(0o755)
