"""The command killed, stopped and starved, and its folder changed behind its back, as a real process.

After each: a photo has one row, nothing that was written is lost, the exit code is as documented, and the next command
finishes.
"""

import os
import random
import shutil
import signal
import sqlite3
import time
from pathlib import Path

import pytest
from faults.desk import LONG, Desk, Server
from standins import write_photos

PHOTOS = 60
KILLS = 30 if LONG else 3
SIGNALS = [signal.SIGINT, signal.SIGTERM]


@pytest.fixture
def desk(tmp_path: Path, server: Server) -> Desk:
    server.tell(delay=0.02)
    return Desk(tmp_path, server.url, PHOTOS)


def finishes(desk: Desk, server: Server, count: int = PHOTOS) -> None:
    server.tell(delay=0)
    assert desk.assess("--no-report") == 0, desk.log
    states = desk.states()
    assert len(states) == count and set(states.values()) == {"ok"}, desk.log
    assert "Traceback" not in desk.log


def test_killed_again_and_again(desk: Desk, server: Server) -> None:
    draw = random.Random(1)
    server.tell(delay=0.05)
    before: dict[str, str] = {}
    for _ in range(KILLS):
        process = desk.start("--slots", "10", "--no-report")
        if draw.random() < 0.7 and len(before) < PHOTOS:
            try:
                desk.wait_for_rows(process, len(before) + 1)
            except AssertionError:
                break
        time.sleep(draw.random())
        process.kill()
        process.communicate()
        after = desk.states()
        assert before.items() <= after.items(), "a row was lost"
        before = after
    finishes(desk, server)


@pytest.mark.parametrize("moment", ["start", "middle", "end"] if LONG else ["middle"])
@pytest.mark.parametrize("number", SIGNALS)
def test_stopped(desk: Desk, server: Server, number: signal.Signals, moment: str) -> None:
    process = desk.start("--slots", "10", "--no-report")
    desk.wait_for_rows(process, {"start": 1, "middle": PHOTOS // 3, "end": PHOTOS - 12}[moment])
    process.send_signal(number)
    code = desk.finish(process)
    assert code == 128 + number, desk.log
    assert 0 < len(desk.states()) < PHOTOS
    finishes(desk, server)


def test_stopped_while_it_waits_for_the_server(desk: Desk, server: Server) -> None:
    process = desk.start("--slots", "10", "--no-report")
    desk.wait_for_rows(process, 5)
    server.kill()
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert desk.finish(process, timeout=20) == 130, desk.log
    server.start()
    finishes(desk, server)


def test_a_full_disk(desk: Desk, server: Server) -> None:
    limit = 300_000
    before = f"import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); " \
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))"
    assert desk.assess("--no-report", before=before) == 4, desk.log
    assert "run.sqlite" in desk.log
    assert 0 < len(desk.states()) < PHOTOS
    finishes(desk, server)


def test_two_commands_at_once(desk: Desk, server: Server) -> None:
    server.tell(delay=0.3)
    first = desk.start("--slots", "10", "--no-report")
    desk.wait_for_rows(first, 1)
    assert desk.assess("--no-report") == 2, desk.log
    assert "is being written by another process" in desk.log
    server.tell(delay=0)
    assert desk.finish(first) == 0, desk.log
    finishes(desk, server)


def test_a_lock_of_another_program(desk: Desk, server: Server) -> None:
    process = desk.start("--slots", "10", "--no-report")
    desk.wait_for_rows(process, 2)
    other = sqlite3.connect(desk.run / "run.sqlite", isolation_level=None, timeout=30)
    other.execute("BEGIN IMMEDIATE")
    time.sleep(3)
    other.execute("ROLLBACK")
    other.close()
    assert desk.finish(process) == 0, desk.log
    assert "is locked by another program" in desk.log
    finishes(desk, server)


def test_a_damaged_run(desk: Desk, server: Server) -> None:
    assert desk.assess("--no-report") == 0
    file = desk.run / "run.sqlite"
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + b"\x55" * (len(whole) - 8192))
    (desk.photos / "new.jpg").write_bytes((desk.photos / "000.jpg").read_bytes() + b"more")
    assert desk.assess("--no-report") == 4, desk.log
    assert "it is damaged" in desk.log and "Traceback" not in desk.log
    file.write_bytes(whole)
    finishes(desk, server, PHOTOS + 1)


def test_a_renamed_folder_and_changed_files(desk: Desk, server: Server) -> None:
    assert desk.assess("--no-report") == 0
    desk.photos = desk.photos.rename(desk.photos.with_name("renamed"))
    finishes(desk, server)
    for number in range(5):
        os.utime(desk.photos / f"{number:03}.jpg", (0, 0))
        shutil.copy(desk.photos / "059.jpg", desk.photos / f"{number + 10:03}.jpg")
    write_photos(desk.photos.parent / "other", 80)[79].rename(desk.photos / "020.jpg")
    finishes(desk, server)
    database = sqlite3.connect(desk.run / "run.sqlite")
    rows = dict(database.execute("SELECT name, copied_from IS NOT NULL FROM photos").fetchall())
    database.close()
    assert sum(rows.values()) == 5


def test_a_clock_that_was_put_back(desk: Desk, server: Server) -> None:
    before = "import time; now = time.time; time.time = lambda: now() - 1e8"
    process = desk.start("--slots", "10", "--no-report")
    desk.wait_for_rows(process, 10)
    process.kill()
    process.communicate()
    assert desk.assess("--no-report", before=before) == 0, desk.log
    finishes(desk, server)
