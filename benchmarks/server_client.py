"""How busy the server engine keeps a server: share of the slots used, CPU time and bytes a photo, by megapixels.

The whole way of a photo is measured: its file is decoded, measured and shown as the card of a large checkpoint asks,
and every question about it is sent. The server is a stand-in in its own process that answers every completion after a
while and looks at nothing.

    python benchmarks/server_client.py --seconds 0.5 --slots 64 --photos 240
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import multiprocessing
import socket
import time
from contextlib import suppress
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.assessing.examiner import Case
from idetex_plugin.engines.server import ServerEngine
from idetex_plugin.words.card import Card

CARD = Card(
    name="stand-in", title="Stand-in", checkpoint="stand-in", dialect="json", max_pixels=1280 * 32 * 32,
    pixel_multiple=32,
)  # fmt: skip
ORIENTATION = 0x0112
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


def photograph(megapixels: float, turned: bool) -> bytes:
    """A JPEG that compresses about as well as a camera's: smooth shapes with a little grain, sides multiples of 32."""
    width, height = (max(1, round((megapixels * 1e6 * shape) ** 0.5 / 32)) * 32 for shape in (4 / 3, 3 / 4))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = [np.sin(x / (31 + 7 * c)) + np.cos(y / (47 - 5 * c)) for c in range(3)]
    grain = np.random.default_rng(0).normal(0, 4, (height, width, 3))
    pixels = np.clip(128 + 40 * np.stack(waves, -1) + grain, 0, 255).astype(np.uint8)
    exif = Image.Exif()
    if turned:
        exif[ORIENTATION] = 6
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=92, exif=exif)
    return file.getvalue()


def measure(url: str, photo: bytes, photos: int, slots: int, seconds: float) -> dict[str, Any]:
    """One row of the table."""
    engine = ServerEngine(CARD, url, slots=slots)
    with Assessor(CARD, engine) as assessor:
        case = assessor.examiner.prepare(photo)
        assert isinstance(case, Case)
        requests = len(case.requests)
        began, cpu, before = time.monotonic(), time.process_time(), engine.bytes_sent
        done = sum(1 for _ in assessor.assess_many(repeat(photo, photos)))
        took, cpu, sent = time.monotonic() - began, time.process_time() - cpu, engine.bytes_sent - before
    engine.close()
    assert done == photos
    return {
        "photo": f"{case.views.width} x {case.views.height}", "MB": len(photo) / 1e6, "requests": requests,
        "photos/s": photos / took, "slots used": photos * requests * seconds / slots / took,
        "CPU ms/photo": 1000 * cpu / photos, "MB sent/photo": sent / photos / 1e6,
    }  # fmt: skip


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.5, help="how long the server takes for an answer")
    parser.add_argument("--slots", type=int, default=64)
    parser.add_argument("--photos", type=int, default=240)
    parser.add_argument("--version", default="", help="which vLLM it claims to be, such as 0.32.0")
    parser.add_argument("--megapixels", type=float, nargs="+", default=[0.05, 1, 12])
    parser.add_argument("--turned", action="store_true", help="photos lie on their side, so none is sent as stored")
    parser.add_argument("--files", nargs="+", default=[], help="photos of your own instead")
    wanted = parser.parse_args()
    photos = [Path(file).read_bytes() for file in wanted.files]
    photos = photos or [photograph(each, wanted.turned) for each in wanted.megapixels]
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
    for number, photo in enumerate(photos):
        row = measure(f"http://127.0.0.1:{port}", photo, wanted.photos, wanted.slots, wanted.seconds)
        if not number:
            print("| " + " | ".join(row) + " |\n|" + " --- |" * len(row))
        cells = (f"{value:.3g}" if isinstance(value, float) else str(value) for value in row.values())
        print("| " + " | ".join(cells) + " |", flush=True)
    server.terminate()


if __name__ == "__main__":
    main()
