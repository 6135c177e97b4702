"""A server for the embedded checkpoint, in its own process, that goes wrong in every way that servers do.

`python faulty.py PORT`, then one JSON object a line on its standard input: {"fault": NAME, "first": N, "count": M}:
after N completions, M of them (-1: all) go wrong so; {"delay": SECONDS} slows all down. It prints "ready" once.
Only the standard library and the tests' own stand-ins; answers are those of `standins.nano_says`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from standins import nano_says  # noqa: E402

from idetex_plugin.engines.asking import PROBE  # noqa: E402
from idetex_plugin.words.request import Request  # noqa: E402

ROOT = "/srv/idetex_plugin/cards/nano/checkpoint"
HUGE = 200 << 20
HTML = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
ERRORS: dict[str, tuple[int, str, dict[str, str]]] = {
    "401": (401, '{"error": {"message": "Incorrect API key provided"}}', {}),
    "quota": (429, '{"error": {"code": "insufficient_quota", "message": "You exceeded your current quota"}}', {}),
    "429": (429, '{"error": {"message": "Too many requests"}}', {}),
    "429 later": (429, '{"error": {"message": "Too many requests"}}', {"Retry-After": "2"}),
    "500": (500, '{"error": {"message": "EngineCore encountered an issue"}}', {}),
    "502 HTML": (502, HTML, {"Content-Type": "text/html"}),
    "503": (503, '{"error": {"message": "loading"}}', {}),
    "error with 200": (200, '{"error": {"message": "Unauthorized"}}', {}),
    "garbage": (200, "\x00\x01 this is no JSON {", {}),
    "login page": (200, HTML, {"Content-Type": "text/html"}),
    "redirect": (302, "", {"Location": "http://127.0.0.1:9/login?token=sesame-token"}),
}


class Faulty:
    """What is wrong at present, and how often completions were asked for."""

    def __init__(self) -> None:
        self.fault, self.first, self.count, self.delay, self.asked = "", 0, 0, 0.0, 0

    def tell(self, order: dict[str, Any]) -> None:
        if "fault" in order:
            self.fault, self.first, self.count = order["fault"], order.get("first", 0), order.get("count", -1)
            self.asked = 0
        self.delay = order.get("delay", self.delay)

    def now(self) -> str:
        """The fault of the next completion."""
        self.asked += 1
        over = self.count >= 0 and self.asked > self.first + self.count
        return self.fault if self.asked > self.first and not over else ""

    @property
    def active(self) -> bool:
        """Whether the next completion would go wrong."""
        over = self.count >= 0 and self.asked >= self.first + self.count
        return bool(self.fault) and self.asked >= self.first and not over


def said(body: dict[str, Any]) -> dict[str, Any]:
    """A chat completion of what the embedded checkpoint would say."""
    prompt = body["messages"][-1]["content"][-1]["text"]
    choices = body.get("structured_outputs", {}).get("choice")
    text = "Yes" if prompt == PROBE.prompt else nano_says(Request(prompt, (), choices=choices)).text
    place = {"token": text, "logprob": -0.1, "top_logprobs": []}
    choice = {"message": {"content": text}, "finish_reason": "stop", "logprobs": {"content": [place]}}
    return {"model": "nano", "choices": [choice]}


async def handle(faulty: Faulty, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            keys = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            data = await reader.readexactly(int(fields.get("content-length", "0")))
            await answer(faulty, head.split(" ")[1], data, keys.get("Authorization", ""), writer)
    except (asyncio.IncompleteReadError, ConnectionError, asyncio.LimitOverrunError):
        pass
    finally:
        writer.close()


async def answer(faulty: Faulty, path: str, data: bytes, key: str, writer: asyncio.StreamWriter) -> None:
    if path == "/v1/models":
        root = "/srv/another/model" if faulty.fault == "another model" and faulty.active else ROOT
        if faulty.fault == "401" and faulty.active:
            return await send(writer, *ERRORS["401"])
        return await send(writer, 200, json.dumps({"data": [{"id": "nano", "root": root, "max_model_len": 2048}]}), {})
    if path == "/version":
        return await send(writer, 200, '{"version": "0.99"}', {})
    if path != "/v1/chat/completions":
        return await send(writer, 404, '{"error": {"message": "not here"}}', {})
    if faulty.delay:
        await asyncio.sleep(faulty.delay)
    return await complete(faulty.now(), json.loads(data), key, writer)


async def complete(fault: str, body: dict[str, Any], key: str, writer: asyncio.StreamWriter) -> None:
    if fault in ERRORS:
        return await send(writer, *ERRORS[fault])
    whole = said(body)
    if fault == "another model":
        return await send(writer, *ERRORS["503"])
    if fault == "another voice":
        whole["model"] = "another"
    if fault == "NaN":
        whole["choices"][0]["logprobs"]["content"][0]["logprob"] = float("nan")
    if fault == "key echo":
        return await send(writer, 400, json.dumps({"error": {"message": f"what is {key}?"}}), {})
    if fault == "reset":
        writer.transport.abort()
        raise ConnectionResetError
    if fault == "hang":
        await asyncio.sleep(3600)
    if fault == "huge body":
        return await send_huge(writer)
    text = json.dumps(whole).encode()
    if fault in {"half a body", "slow drip"}:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(text))
        if fault == "half a body":
            writer.write(text[: len(text) // 2])
            await writer.drain()
            raise ConnectionResetError
        for at in range(len(text)):
            writer.write(text[at : at + 1])
            await writer.drain()
            await asyncio.sleep(0.05)
        return None
    return await send(writer, 200, text.decode(), {})


async def send(writer: asyncio.StreamWriter, status: int, text: str, headers: dict[str, str]) -> None:
    data = text.encode()
    fields = {"Content-Type": "application/json", **headers, "Content-Length": str(len(data))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    writer.write(f"HTTP/1.1 {status} It\r\n{lines}\r\n".encode() + data)
    await writer.drain()


async def send_huge(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % HUGE)
    for _ in range(HUGE >> 20):
        writer.write(b" " * (1 << 20))
        await writer.drain()


async def main(port: int) -> None:
    faulty = Faulty()
    server = await asyncio.start_server(lambda r, w: handle(faulty, r, w), "127.0.0.1", port, limit=1 << 20)
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        faulty.tell(json.loads(line))
        print("ok", flush=True)
    server.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
