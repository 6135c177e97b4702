"""A small HTTP server on 127.0.0.1 that speaks as much of vLLM's dialect as the tests need."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from idetex_plugin.engines.asking import PROBE

Answer = tuple[int, dict[str, Any] | str, dict[str, str]]


def completion(text: str, tokens: list[tuple[str, float]] | None = None, reason: str = "stop", **place: Any) -> Answer:
    """A chat completion of this text; `place` goes into the first token's log-probabilities."""
    content = [{"token": token, "logprob": value, "top_logprobs": []} for token, value in tokens or [(text, -0.5)]]
    content[0] |= place
    choice = {"message": {"content": text}, "finish_reason": reason, "logprobs": {"content": content}}
    return 200, {"choices": [choice]}, {}


def error(status: int, message: str, **headers: str) -> Answer:
    """An error in the shape of the OpenAI API."""
    return status, {"error": {"message": message, "code": status}}, {k.replace("_", "-"): v for k, v in headers.items()}


@dataclass
class FakeServer:
    """What the server was asked, and what it is to say. `chat` gets a body and the number of times it was asked.

    probe: what it says when it is asked whether it is well; these are counted in `probes` and not in `bodies`.
    """

    chat: Callable[[dict[str, Any], int], Answer]
    tokenize: Callable[[str], list[int]] | None = None
    models: tuple[str, ...] = ("tiny",)
    about: dict[str, Any] = field(default_factory=dict)
    version: str = ""
    probe: Callable[[], Answer] = lambda: completion("Yes")
    probes: int = 0
    delay: float = 0.0
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    busiest: int = 0
    gone: bool = False
    url: str = ""
    _busy: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> Answer:
        if path == "/v1/models" or (path == "/version" and self.version):
            return 200, {"data": [{"id": name, **self.about} for name in self.models], "version": self.version}, {}
        if path == "/tokenize" and self.tokenize is not None:
            return 200, {"tokens": self.tokenize(body["prompt"])}, {}
        if path == "/detokenize" and self.tokenize is not None:
            return 200, {"prompt": "".join(map(chr, body["tokens"]))}, {}
        if path != "/v1/chat/completions":
            return error(404, "not found")
        if body["messages"][-1]["content"][-1] == {"type": "text", "text": PROBE.prompt}:
            self.probes += 1
            return self.probe()
        with self._lock:
            self.bodies.append(body)
            self.headers.append(headers)
            number = len(self.bodies)
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
        time.sleep(self.delay)
        with self._lock:
            self._busy -= 1
        return self.chat(body, number)


@contextmanager
def serving(fake: FakeServer) -> Iterator[FakeServer]:
    """Run the fake while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            self._reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _reply(self, body: dict[str, Any]) -> None:
            if fake.gone:
                self.close_connection = True
                return
            status, value, extra = fake.answer(self.path, body, dict(self.headers))
            data = (value if isinstance(value, str) else json.dumps(value)).encode()
            self.send_response(status)
            for name, text in {**extra, "Content-Length": str(len(data))}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        fake.gone = True
        server.shutdown()
        server.server_close()
        thread.join()
