from __future__ import annotations

import hashlib
import io
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from hostile import encoded
from PIL import Image
from served import serving
from situations import coffee, jpeg, png, tagged
from standins import WindowEngine, nano_says

from idetex_plugin import Assessor, Gate, Pair
from idetex_plugin.engines.base import EngineDeadError
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.serve.app import Endpoints
from idetex_plugin.serve.limits import ServiceLimits
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.verdict import Outcome, Verdict

EXAMPLES = Path(__file__).parents[2] / "examples" / "serve"


@pytest.fixture
def address() -> Iterator[str]:
    """A service with the usual limits."""
    with serving() as found:
        yield found


def ask(address: str, original: bytes | None, copy: bytes, **words: str) -> httpx.Response:
    files = {"compressed": ("copy.jpg", copy)}
    if original is not None:
        files["original"] = ("original.png", original)
    return httpx.post(f"{address}/v1/gate", files=files, data=words, timeout=120)


def test_a_photo_is_assessed_and_a_copy_judged(address: str) -> None:
    said = httpx.post(f"{address}/v1/assess", files={"photo": ("a.png", png(coffee()))}, timeout=120)
    assert Assessment.model_validate(said.json()).regions[0].distortion == "Noise"
    turned = ask(address, tagged(coffee(), 6), jpeg(coffee()))
    verdict = Verdict.model_validate(turned.json())
    assert (verdict.outcome, verdict.differences[0].kind) == (Outcome.REJECT, "turned")
    assert ask(address, png(coffee()), jpeg(coffee())).json()["outcome"] == "pass"
    small = jpeg(coffee().resize((300, 200)))
    assert ask(address, png(coffee()), small, policy="thumbnail").json()["outcome"] == "pass"
    text = httpx.get(f"{address}/metrics").text
    assert 'idetex_answers_total{route="gate",status="200"} 3.0' in text
    assert 'idetex_verdicts_total{outcome="reject"} 1.0' in text
    assert httpx.get(f"{address}/health").json()["status"] == "ok"
    paths = httpx.get(f"{address}/openapi.json").json()["paths"]
    assert set(paths) == {"/v1/assess", "/v1/gate"}


def test_what_cannot_be_read_is_a_verdict_and_no_error(address: str) -> None:
    bomb = io.BytesIO()
    Image.new("1", (20000, 10000)).save(bomb, "PNG")
    for copy, words in ((b"no photo", "no image"), (bomb.getvalue(), "20000 x 10000 pixels")):
        answer = ask(address, png(coffee()), copy)
        assert answer.status_code == 200
        assert answer.json()["outcome"] == "review"
        assert words in answer.json()["reasons"][0]


def test_wrong_requests_are_refused_with_a_reason(address: str) -> None:
    url = f"{address}/v1/gate"
    for status, words, more in [
        (415, "multipart", {"content": b"x"}),
        (400, "no JSON", {"content": b"{", "headers": {"content-type": "application/json"}}),
        (400, "field compressed is missing", {"files": {"original": b"x"}}),
        (400, "cannot be read", {"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=b"}}),
        (400, "cannot be read", {"content": b"x", "headers": {"content-type": "multipart/form-data"}}),
        (400, "no policy is called", {"files": {"compressed": b"x"}, "data": {"policy": "wbe"}}),
        (403, "policies are named", {"files": {"compressed": b"x"}, "data": {"policy": "/etc/x.toml"}}),
        (403, "has no --root", {"json": {"compressed": "/etc/passwd"}}),
    ]:
        answer = httpx.post(url, **more)  # type: ignore[arg-type]
        assert (answer.status_code, words in answer.json()["error"]) == (status, True), answer.text


def test_paths_stay_below_the_root(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.png").write_bytes(png(coffee()))
    (tmp_path / "out.png").write_bytes(png(coffee()))
    (tmp_path / "in" / "link.png").symlink_to(tmp_path / "out.png")
    with serving(ServiceLimits(root=tmp_path / "in")) as address:

        def of(path: str) -> httpx.Response:
            return httpx.post(f"{address}/v1/gate", json={"original": "a.png", "compressed": path}, timeout=60)

        assert of("a.png").json()["outcome"] == "pass"
        for path in ("../out.png", "link.png", str(tmp_path / "out.png")):
            assert of(path).status_code == 403
        assert "no such file" in of("gone.png").json()["reasons"][0]
        gone = httpx.post(f"{address}/v1/gate", json={"original": "gone.png", "compressed": "a.png"}, timeout=60)
        assert gone.json()["reasons"][0].startswith("the original: gone.png: ")


def test_a_token_is_asked_for() -> None:
    with serving(ServiceLimits(token="secret")) as address:
        assert ask(address, None, b"x").status_code == 401
        assert httpx.get(f"{address}/metrics").status_code == 401
        files = {"compressed": jpeg(coffee())}
        answer = httpx.post(f"{address}/v1/gate", files=files, headers={"authorization": "Bearer secret"}, timeout=60)
        assert answer.status_code == 200
        assert httpx.get(f"{address}/health").status_code == 200


def slow(address: str, length: int, sent: bytes) -> socket.socket:
    """A request that has begun and does not go on."""
    host, port = address.removeprefix("http://").split(":")
    line = socket.create_connection((host, int(port)))
    head = (
        f"POST /v1/gate HTTP/1.1\r\nHost: {host}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        f"Content-Length: {length}\r\n\r\n"
    )
    line.sendall(head.encode() + sent)
    return line


def test_large_and_slow_bodies_are_refused_and_hold_nobody_up() -> None:
    with serving(ServiceLimits(max_body=100_000, body_s=0.5)) as address:
        assert ask(address, None, bytes(200_000)).status_code == 413
        lines = [slow(address, 1000, b"--b") for _ in range(5)]
        assert ask(address, png(coffee().resize((60, 40))), jpeg(coffee().resize((60, 40)))).status_code == 200
        assert all(b"408" in line.recv(100) for line in lines)


def test_a_full_queue_says_when_to_come_again() -> None:
    with serving(ServiceLimits(queue=2, body_s=60)) as address:
        lines = [slow(address, 1000, b"--b") for _ in range(2)]
        while httpx.get(f"{address}/health").json()["under_way"] < 2:
            pass
        full = ask(address, None, jpeg(coffee()))
        assert (full.status_code, full.headers["retry-after"]) == (503, "1")
        for line in lines:
            line.close()
        while httpx.get(f"{address}/health").json()["under_way"]:
            pass
        assert ask(address, png(coffee()), jpeg(coffee())).status_code == 200


def test_200_callers_are_all_answered_and_a_killed_one_disturbs_nobody() -> None:
    opened = threading.Event()
    engine = WindowEngine(answer=nano_says, slots=8, before_answer=lambda: opened.wait(60) and None)
    photos = [encoded("PNG", Image.new("RGB", (64, 48), (number, 90, 60))) for number in range(200)]
    with serving(ServiceLimits(queue=400), engine) as address:
        killed = slow(address, 1000, b"--b")
        killed.close()
        with ThreadPoolExecutor(50) as pool:
            asked = [
                pool.submit(httpx.post, f"{address}/v1/assess", files={"photo": photo}, timeout=120) for photo in photos
            ]
            opened.set()
            answers = [future.result() for future in asked]
        assert [answer.status_code for answer in answers] == [200] * 200
        told = [answer.json()["photo"]["sha256"] for answer in answers]
        assert told == [hashlib.sha256(photo).hexdigest() for photo in photos]
        assert httpx.get(f"{address}/health").json()["under_way"] == 0


def test_what_a_killed_caller_asked_is_not_done_and_makes_room() -> None:
    opened, begun = threading.Event(), threading.Event()

    def before_answer() -> None:
        begun.set()
        opened.wait(60)

    engine = WindowEngine(answer=nano_says, slots=1, before_answer=before_answer)
    photos = [encoded("PNG", Image.new("RGB", (64, 48), (number, 90, 60))) for number in range(40)]

    def under_way() -> int:
        found: int = httpx.get(f"{address}/health").json()["under_way"]
        return found

    with serving(ServiceLimits(queue=64), engine) as address, ThreadPoolExecutor(1) as pool:
        first = pool.submit(httpx.post, f"{address}/v1/assess", files={"photo": photos[0]}, timeout=60)
        assert begun.wait(60)
        url = httpx.URL(address)
        lines = []
        for photo in photos[1:]:
            request = httpx.Request("POST", f"{address}/v1/assess", files={"photo": photo})
            body = request.read()
            head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
            lines.append(socket.create_connection((url.host, url.port)))
            lines[-1].sendall(f"POST /v1/assess HTTP/1.1\r\n{head}\r\n".encode() + body)
        while under_way() < 40:
            pass
        for line in lines:
            line.close()
        while under_way() > 1:
            pass
        opened.set()
        assert first.result().status_code == 200
        while under_way():
            pass
        last = httpx.post(f"{address}/v1/assess", files={"photo": photos[0]}, timeout=60)
        assert last.status_code == 200
    # Those that wait in the service are dropped; few had been handed on to be decoded ahead of the engine.
    assert len(engine.asked) < 20


def test_a_request_that_fails_disturbs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = png(coffee().resize((80, 50)))
    prepare = Gate.prepare

    def failing(gate: Gate, pair: Pair) -> Any:
        if pair.compressed == bad:
            raise MemoryError("too large")
        return prepare(gate, pair)

    monkeypatch.setattr(Gate, "prepare", failing)
    with serving() as address, ThreadPoolExecutor(8) as pool:
        copies = [bad if number % 4 == 0 else png(coffee()) for number in range(16)]
        answers = list(pool.map(lambda copy: ask(address, png(coffee()), copy), copies))
        assert [answer.status_code for answer in answers] == [500, 200, 200, 200] * 4
        assert "MemoryError: too large" in answers[0].text


def test_a_dead_engine_is_told_by_health_until_it_answers_again() -> None:
    class Dead(WindowEngine):
        dead = True

        def stream(self, items: Any) -> Any:
            if self.dead:
                raise EngineDeadError("the server at nowhere is gone")
            return super().stream(items)

    engine = Dead(answer=nano_says)
    with serving(engine=engine) as address:
        files = {"photo": ("a.png", png(coffee()))}
        assert httpx.post(f"{address}/v1/assess", files=files, timeout=60).status_code == 500
        told = httpx.get(f"{address}/health")
        assert (told.status_code, told.json()["status"]) == (503, "the server at nowhere is gone")
        engine.dead = False
        assert httpx.post(f"{address}/v1/assess", files=files, timeout=60).status_code == 200
        assert httpx.get(f"{address}/health").status_code == 200


def test_the_longer_answers_take_the_later_callers_come_again() -> None:
    service = Endpoints(Assessor(engine=WindowEngine(answer=nano_says), hooks=Hooks()), ServiceLimits(retry_s=2))
    try:
        told = []
        for usual in (0.0, 30.0, 600.0):
            service.usual_s = usual
            told.append(service.retry_s())
        assert told == [2, 15, 60]
    finally:
        service.worker.close()


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "original.jpg").write_bytes(tagged(coffee(), 6))
    (tmp_path / "right.webp").write_bytes(encoded("WEBP", coffee().transpose(Image.Transpose.ROTATE_270), quality=90))
    (tmp_path / "wrong.webp").write_bytes(encoded("WEBP", coffee(), quality=90))
    yield tmp_path


CALLERS = {
    "gate.sh": ("sh", "curl"),
    "gate.mjs": ("node",),
    "gate.go": ("go run",),
}
"""Each example with the program that runs it, and what else that needs."""


@pytest.mark.parametrize("script", CALLERS)
def test_the_examples_of_callers_work(address: str, files: Path, script: str) -> None:
    program = CALLERS[script][0].split()
    for needed in (program[0], *CALLERS[script][1:]):
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not installed")
    environment = {"IDETEX_URL": address, "PATH": "/usr/bin:/bin:/usr/local/bin", "GOCACHE": str(files / "cache")}
    for copy, code, words in (("right.webp", 0, "pass"), ("wrong.webp", 1, "turned by 90 degrees")):
        command = [*program, str(EXAMPLES / script), "original.jpg", copy]
        done = subprocess.run(
            command, check=False, cwd=files, env=environment, capture_output=True, text=True, timeout=300
        )
        assert (done.returncode, words in done.stdout) == (code, True), done.stdout + done.stderr


@pytest.mark.parametrize("script", CALLERS)
def test_the_examples_come_again_when_the_queue_is_full(files: Path, script: str) -> None:
    program = CALLERS[script][0].split()
    if any(shutil.which(needed) is None for needed in (program[0], *CALLERS[script][1:])):
        pytest.skip(f"{script} cannot run here")
    with serving(ServiceLimits(queue=1, body_s=600)) as address:
        environment = {"IDETEX_URL": address, "PATH": "/usr/bin:/bin:/usr/local/bin", "GOCACHE": str(files / "cache")}
        line = slow(address, 1000, b"--b")
        while httpx.get(f"{address}/health").json()["under_way"] < 1:
            pass
        command = [*program, str(EXAMPLES / script), "original.jpg", "right.webp"]
        with subprocess.Popen(command, cwd=files, env=environment, stdout=subprocess.PIPE, text=True) as caller:
            while 'status="503"} ' not in httpx.get(f"{address}/metrics").text:
                assert caller.poll() is None
                time.sleep(0.1)
            line.close()
            said, _ = caller.communicate(timeout=300)
        assert (caller.returncode, "pass" in said) == (0, True), said
