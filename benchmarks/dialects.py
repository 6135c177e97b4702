"""What a dialect costs a server: python benchmarks/dialects.py PHOTOS [--photos 6] [--side 1024] [--slots 4]

Bytes that go to the server for a photo, and prompt tokens that it computes for it, beside the sum of all its prompts:
what requests about one photo share, vLLM computes once. The server is real vLLM on the CPU; its checkpoint is a tiny
Idefics3 with random weights that shows each photo as one square of `side` pixels in (side / 32)^2 tokens, and whose
tokens of text are those of a vocabulary of 8,192 that was learnt from this repository's documentation, so that their
number is about that of a large model. Photos are squared before. Figures are those of the server's own counters, and of
a relay that counts bytes.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from engines.tiny import image_tokens, save, tiny_card, tiny_model, tiny_tokenizer
from vllm_server import free_port, running

from idetex_plugin import Assessor, Card, find_photos, load_photo
from idetex_plugin.engines.server import ServerEngine
from idetex_plugin.engines.serving import serve_command

ROOT = Path(__file__).parents[1]
DIALECTS = ("json", "vida", "rating")
COUNTERS = ("prompt_tokens_total", "prefix_cache_hits_total", "request_success_total")
CONTEXT = 16384


def checkpoint(folder: Path, side: int) -> Path:
    """A checkpoint whose tokens of text are about as long as those of large models."""
    text = [page.read_text("utf-8") for page in sorted((ROOT / "docs").rglob("*.md"))]
    tokenizer = tiny_tokenizer(text=text, vocabulary=8192)
    save(folder, tiny_model(tokenizer, context=CONTEXT, side=side), tokenizer, side=side)
    return folder


def card_of(folder: Path, dialect: str, side: int) -> Card:
    """The checkpoint under one of the dialects, without its chat template's special words."""
    return tiny_card(
        folder, dialect=dialect, views="whole", view_size=None, template=None, boxes="thousand", bins=None,
        max_model_len=CONTEXT, max_pixels=side * side,
    )  # fmt: skip


def squared(photo: Path, side: int, folder: Path) -> Path:
    """A file of the photo, resized to a square."""
    path = folder / f"{photo.stem}.jpg"
    load_photo(photo).image.resize((side, side)).save(path, quality=92)
    return path


class Relay:
    """Passes connections on to a port, and counts the bytes that go there."""

    def __init__(self, target: int) -> None:
        self.target, self.port, self.sent = target, 0, 0
        self._ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()
        self._ready.wait()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await server.serve_forever()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, on = await asyncio.open_connection("127.0.0.1", self.target)
        await asyncio.gather(self._pass(reader, on, counts=True), self._pass(back, writer, counts=False))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counts: bool) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                self.sent += len(data) if counts else 0
                writer.write(data)
                await writer.drain()
        writer.close()


def counters(port: int) -> dict[str, float]:
    """The server's own, by name; those of several labels are added."""
    text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    return {
        name: sum(float(value) for value in re.findall(rf"^vllm:{name}(?:{{.*?}})? (\S+)$", text, re.MULTILINE))
        for name in COUNTERS
    }


def measure(card: Card, photos: Sequence[Path], port: int, slots: int) -> str:
    """A row of the table."""
    relay = Relay(port)
    engine = ServerEngine(card, f"http://127.0.0.1:{relay.port}", slots=slots)
    try:
        with Assessor(card, engine=engine) as assessor:
            before, sent = counters(port), relay.sent
            list(assessor.assess_many(photos))
            after = counters(port)
    finally:
        engine.close()
    prompts, shared, requests = (after[name] - before[name] for name in COUNTERS)
    count = len(photos)
    computed = prompts - shared
    return (
        f"| `{card.dialect}` | {requests / count:.1f} | {(relay.sent - sent) / count:,.0f} | {prompts / count:,.0f} | "
        f"{computed / count:,.0f} | {computed / prompts:.2f} |"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos")
    parser.add_argument("--photos", type=int, default=6, dest="count")
    parser.add_argument("--side", type=int, default=1024)
    parser.add_argument("--slots", type=int, default=4)
    wanted = parser.parse_args()
    found = islice(find_photos([wanted.photos]), len(DIALECTS) * wanted.count)
    with tempfile.TemporaryDirectory() as place:
        photos = [squared(Path(source.path), wanted.side, Path(place)) for source in found]
        folder = checkpoint(Path(place) / "tiny", wanted.side)
        print(f"{image_tokens(wanted.side)} tokens of each photo\n")
        print("| dialect | requests | bytes sent | tokens of all prompts | computed | share |")
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        port = free_port()
        line = serve_command(card_of(folder, DIALECTS[0], wanted.side), port=port, cpu=True)
        with running([*line[1:], "--max-num-seqs", "8"], port, Path(place) / "log"):
            for number, dialect in enumerate(DIALECTS):
                part = photos[number * wanted.count : (number + 1) * wanted.count]
                print(measure(card_of(folder, dialect, wanted.side), part, port, wanted.slots), flush=True)


if __name__ == "__main__":
    main()
