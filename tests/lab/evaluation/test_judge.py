from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from idetex_plugin.lab.evaluation.judge import JudgeScore, judge
from idetex_plugin.lab.evaluation.ledger import Ledger

REPLIES = [
    '{"completeness": 5, "precision": 3, "reasoning": 1}',
    'Sure: {"completeness": 3, "precision": 3, "reasoning": 3}.',
    '{"completeness": 9, "precision": 3, "reasoning": 1}',
    "It is good.",
]


@pytest.fixture
def server() -> Iterator[tuple[str, list[dict[str, object]]]]:
    asked: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))) | {"path": self.path})
            reply = {"choices": [{"message": {"content": REPLIES[len(asked) - 1]}}]}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(reply).encode())

        def log_message(self, *_: object) -> None: ...

    http = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{http.server_port}/v1", asked
    http.shutdown()


def test_marks_are_averaged_and_what_is_none_is_listed(server: tuple[str, list[dict[str, object]]]) -> None:
    url, asked = server
    ledger = Ledger()
    score = judge([(f"written {n}", f"known {n}") for n in range(4)], url, "a-judge", ledger)
    assert score == JudgeScore(judged=2, unread=2, completeness=4, precision=3, reasoning=2)
    assert [refusal.item for refusal in ledger] == ["3", "4"]
    assert (asked[0]["path"], asked[0]["model"]) == ("/v1/chat/completions", "a-judge")
    assert "written 2" in str(asked[2]["messages"]) and "known 2" in str(asked[2]["messages"])


def test_no_server_is_an_error() -> None:
    with pytest.raises(httpx.ConnectError):
        judge([("a", "b")], "http://127.0.0.1:9", "a-judge", Ledger())
    assert judge([], "http://127.0.0.1:9", "a-judge", Ledger()).completeness is None
