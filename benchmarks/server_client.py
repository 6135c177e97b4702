"""How busy the server engine keeps a server: share of the slots used, CPU time and bytes a photo, by megapixels.

The server is a stand-in in its own process that answers every completion after a while and looks at nothing. Each photo
asks as many requests as the embedded checkpoint does, all about one picture.

    python benchmarks/server_client.py --seconds 0.5 --slots 64 --photos 120
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np
from PIL import Image

from idetex_plugin.engines.server import ServerEngine
from idetex_plugin.words.card import Card
from idetex_plugin.words.request import Request

PLACE = {"token": "x", "logprob": -0.5, "top_logprobs": []}
CHOICE = {"message": {"content": "x"}, "finish_reason": "stop", "logprobs": {"content": [PLACE]}}
ANSWERS = {
    b"/v1/models": json.dumps({"data": [{"id": "stand-in"}]}).encode(),
    b"/v1/chat/completions": json.dumps({"model": "stand-in", "choices": [CHOICE]}).encode(),
}


def serve(port: int, seconds: float, version: str) -> None:
    """Answer completions after so many seconds, for ever. version: which vLLM it claims to be, if any."""
    if version:
        ANSWERS[b"/version"] = json.dumps({"version": version}).encode()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await talk(reader, writer)
        writer.close()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
            left = int(fields.get(b"content-length", b"0"))
            while left:
                left -= len(await reader.read(min(left, 1 << 20)))
            path = head.split(b" ")[1]
            if path.endswith(b"completions"):
                await asyncio.sleep(seconds)
            text = ANSWERS.get(path, b"{}")
            status = b"200 OK" if path in ANSWERS else b"404 Not Found"
            writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(text), text))
            await writer.drain()

    async def main() -> None:
        async with await asyncio.start_server(handle, "127.0.0.1", port, limit=4 << 20) as server:
            await server.serve_forever()

    asyncio.run(main())


def photograph(megapixels: float) -> np.ndarray:
    """Pixels that compress about as well as a photograph's: smooth shapes with a little grain."""
    width, height = round((megapixels * 1e6 * 4 / 3) ** 0.5), round((megapixels * 1e6 * 3 / 4) ** 0.5)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = [np.sin(x / (31 + 7 * c)) + np.cos(y / (47 - 5 * c)) for c in range(3)]
    grain = np.random.default_rng(0).normal(0, 2, (height, width, 3))
    return np.clip(128 + 40 * np.stack(waves, -1) + grain, 0, 255).astype(np.uint8)


def measure(url: str, megapixels: float, photos: int, requests: int, slots: int, seconds: float) -> dict[str, Any]:
    """One row of the table."""
    pixels = photograph(megapixels)

    def items() -> Iterator[tuple[int, list[Request]]]:
        for number in range(photos):
            pixels[0, 0] = number % 256
            image = Image.fromarray(pixels)
            yield number, [Request(f"question {one}", (image,)) for one in range(requests)]

    card = Card(name="stand-in", title="Stand-in", checkpoint="stand-in", dialect="json")
    engine = ServerEngine(card, url, slots=slots)
    began, cpu = time.monotonic(), time.process_time()
    done = sum(1 for _ in engine.stream(items()))
    took, cpu = time.monotonic() - began, time.process_time() - cpu
    sent = getattr(engine, "bytes_sent", 0)
    engine.close()
    assert done == photos
    return {
        "megapixels": megapixels, "photos/s": photos / took, "slots used": photos * requests * seconds / slots / took,
        "CPU ms/photo": 1000 * cpu / photos, "MB/photo": sent / photos / 1e6,
    }  # fmt: skip


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.5, help="how long the server takes for an answer")
    parser.add_argument("--slots", type=int, default=64)
    parser.add_argument("--photos", type=int, default=120)
    parser.add_argument("--requests", type=int, default=6, help="requests a photo")
    parser.add_argument("--version", default="", help="which vLLM it claims to be, such as 0.32.0")
    parser.add_argument("--megapixels", type=float, nargs="+", default=[0.05, 1, 12])
    wanted = parser.parse_args()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    spawned = multiprocessing.get_context("spawn")
    server = spawned.Process(target=serve, args=(port, wanted.seconds, wanted.version), daemon=True)
    server.start()
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.05)
    for megapixels in wanted.megapixels:
        row = measure(
            f"http://127.0.0.1:{port}", megapixels, wanted.photos, wanted.requests, wanted.slots, wanted.seconds
        )
        print("  ".join(f"{name} {value:.3g}" for name, value in row.items()), flush=True)
    server.terminate()


if __name__ == "__main__":
    main()
