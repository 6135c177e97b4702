"""Every way in which a server goes wrong, midway in a run of the real command.

After each: a photo has one row, no photo is failed for the service's fault, the exit code is as documented, the next
command finishes the run, and the key is nowhere.
"""

import threading
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from faults.desk import LONG, Desk, Server

PHOTOS = 400 if LONG else 40
ASKED_FOR_ONE = 10
LASTING = {
    "401": "Incorrect API key", "quota": "exceeded your current quota", "429": "Too many requests",
    "500": "EngineCore", "502 HTML": "502", "503": "loading", "garbage": "no JSON object",
    "error with 200": "no chat completion: Unauthorized",
    "login page": "no JSON object", "redirect": "which is not followed", "reset": "broke off",
    "half a body": "broke off", "another model": "another/model", "another voice": "'another'",
    "hang": "did not answer", "slow drip": "did not answer", "huge body": "more than 8 MiB",
}
PASSING = ["401", "429", "429 later", "500", "502 HTML", "503", "garbage", "reset", "half a body", "another model",
           "huge body"]  # fmt: skip
SHORT = {"401", "502 HTML", "500", "another model", "hang", "slow drip"}
SHORT_PASSING = {"429 later", "502 HTML", "half a body"}


def chosen(faults: Iterable[str], short: set[str]) -> list[str]:
    return [fault for fault in faults if LONG or fault in short]


@pytest.fixture
def desk(tmp_path: Path, server: Server) -> Desk:
    return Desk(tmp_path, server.url, PHOTOS)


def finishes(desk: Desk, server: Server) -> None:
    """The next command finishes the run, and the key has stayed where it belongs."""
    server.tell(fault="")
    assert desk.assess() == 0, desk.log
    states = desk.states()
    assert len(states) == PHOTOS and set(states.values()) == {"ok"}
    assert not desk.secret_places()
    assert "Traceback" not in desk.log


@pytest.mark.parametrize("fault", chosen(LASTING, SHORT))
def test_a_fault_that_lasts_stops_the_run_and_fails_no_photo(desk: Desk, server: Server, fault: str) -> None:
    server.tell(fault=fault, first=15 * ASKED_FOR_ONE)
    assert desk.assess("--wait-for-server", "1", "--timeout", "1.5", "--slots", "16", "--no-report") == 3, desk.log
    assert LASTING[fault] in " ".join(desk.log.split()), desk.log
    states = desk.states()
    assert 0 < len(states) < PHOTOS and set(states.values()) == {"ok"}, desk.log
    finishes(desk, server)


@pytest.mark.parametrize("fault", chosen(PASSING, SHORT_PASSING))
def test_a_fault_that_passes_is_survived(desk: Desk, server: Server, fault: str) -> None:
    server.tell(fault=fault, first=12 * ASKED_FOR_ONE, count=3)
    assert desk.assess("--slots", "16", "--no-report") == 0, desk.log
    assert set(desk.states().values()) == {"ok"} and len(desk.states()) == PHOTOS
    finishes(desk, server)


def test_numbers_that_are_none_fail_their_photos_until_the_next_command(desk: Desk, server: Server) -> None:
    server.tell(fault="NaN", first=10 * ASKED_FOR_ONE)
    assert desk.assess("--slots", "8", "--no-report") == 0, desk.log
    failed = [name for name, state in desk.states().items() if state == "failed"]
    assert len(desk.states()) == PHOTOS and 1 <= len(failed) < PHOTOS
    finishes(desk, server)


def test_a_key_that_is_echoed_is_nowhere(desk: Desk, server: Server) -> None:
    server.tell(fault="key echo", first=5 * ASKED_FOR_ONE)
    assert desk.assess("--fail-on", "1") == 1, desk.log
    assert "failed" in desk.states().values()
    assert not desk.secret_places()
    server.tell(fault="")
    assert desk.assess("--retry-failed") == 0, desk.log
    finishes(desk, server)


def test_failures_stop_the_run_as_soon_as_they_are_too_many(desk: Desk, server: Server) -> None:
    server.tell(fault="key echo", delay=0.02)
    assert desk.assess("--fail-on", "3", "--slots", "8", "--no-report") == 1, desk.log
    assert 3 <= len(desk.states()) < PHOTOS


def test_a_server_that_is_started_again_is_waited_for(desk: Desk, server: Server) -> None:
    server.tell(delay=0.02)
    process = desk.start("--slots", "16", "--no-report")
    desk.wait_for_rows(process, 5)
    server.kill()
    time.sleep(40 if LONG else 4)
    server.start()
    assert desk.finish(process) == 0, desk.log
    assert "answers again" in desk.log
    finishes(desk, server)


def test_a_server_that_comes_up_late_is_waited_for_when_asked(desk: Desk, server: Server) -> None:
    server.kill()
    assert desk.assess() == 3, desk.log
    assert "--wait-for-server" in desk.log and not desk.states()
    later = threading.Timer(3, server.start)
    later.start()
    assert desk.assess("--wait-for-server", "60") == 0, desk.log
    later.join()
    finishes(desk, server)


def test_of_two_servers_one_is_killed_midway(desk: Desk, server: Server) -> None:
    second = Server()
    try:
        for each in (server, second):
            each.tell(delay=0.02)
        process = desk.start("--url", second.url, "--slots", "8", "--no-report")
        desk.wait_for_rows(process, 5)
        second.kill()
        assert desk.finish(process) == 0, desk.log
    finally:
        second.kill()
    assert set(desk.states().values()) == {"ok"} and len(desk.states()) == PHOTOS, desk.log
    finishes(desk, server)


def test_when_both_servers_are_killed_the_run_stops_and_fails_no_photo(desk: Desk, server: Server) -> None:
    second = Server()
    for each in (server, second):
        each.tell(delay=0.02)
    process = desk.start("--url", second.url, "--slots", "8", "--no-report", "--wait-for-server", "1")
    desk.wait_for_rows(process, 5)
    second.kill()
    server.kill()
    assert desk.finish(process) == 3, desk.log
    states = desk.states()
    assert 0 < len(states) < PHOTOS and set(states.values()) == {"ok"}, desk.log
    server.start()
    finishes(desk, server)


def test_a_server_of_another_model_is_refused(desk: Desk, server: Server) -> None:
    server.tell(fault="another model")
    assert desk.assess() == 3
    assert "not evidently the checkpoint of the card 'nano'" in " ".join(desk.log.split())
    assert not desk.states()
    finishes(desk, server)
