"""`idetex serve` under load: python benchmarks/serve_load.py PHOTOS [--callers 200] [--queue 32] [--rounds 3]

A service of its own process, with the real engine, on a free port. Each round starts so many callers at once, each with
a photo of its own: every second one asks for an assessment, the others for a verdict on a WebP copy of quality 45. They
try again after the seconds that a 503 asks for, until they have an answer, and each answer has to carry the SHA-256 of
what its caller sent. In the second round a twentieth as many callers each are killed in the middle of their body, are
killed while they wait, send a body that stops, and send 200 megapixels as JPEG; one more sends 99 megapixels.

Prints a Markdown table of the rounds and what became of the troublemakers. Exits with 1 if an answer was lost or was
another caller's.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import io
import socket
import statistics
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import httpx
import psutil
from PIL import Image

from idetex_plugin import find_photos, load_photo

SIDE = 640
MIB = 1 << 20
BODY_S = 5.0


@dataclass(slots=True)
class Call:
    """What a caller sends: the route and its files by field; `judged` is the one that the answer is about."""

    route: str
    files: dict[str, tuple[str, bytes]]
    judged: str

    @property
    def sha256(self) -> str:
        """Of the file that the answer is about."""
        return hashlib.sha256(self.files[self.judged][1]).hexdigest()


@dataclass(slots=True)
class Round:
    """What a round saw. seconds: of the answered callers, from their first try. health: seconds of `GET /health`."""

    seconds: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    refused: int = 0
    lost: list[str] = field(default_factory=list)
    trouble: dict[str, Counter[str]] = field(default_factory=dict)
    memory: int = 0
    spent: float = 0.0


def saved(photo: Image.Image, kind: str, **options: int) -> bytes:
    """A file's bytes."""
    buffer = io.BytesIO()
    photo.save(buffer, kind, **options)
    return buffer.getvalue()


def calls_of(photos: Sequence[Path], count: int) -> list[Call]:
    """So many calls, each with pixels of its own."""
    calls = []
    for number in range(count):
        photo = load_photo(photos[number % len(photos)]).image
        photo.thumbnail((SIDE, SIDE))
        photo.putpixel((0, 0), (number % 256, number // 256, 0))
        if number % 2:
            copy = saved(photo, "WEBP", quality=45)
            files = {"original": ("a.png", saved(photo, "PNG", compress_level=1)), "compressed": ("a.webp", copy)}
            calls.append(Call("gate", files, "compressed"))
        else:
            calls.append(Call("assess", {"photo": ("a.jpg", saved(photo, "JPEG", quality=90))}, "photo"))
    return calls


async def answered(client: httpx.AsyncClient, call: Call, seen: Round) -> None:
    """One caller, until it has its answer."""
    began = time.perf_counter()
    try:
        while True:
            answer = await client.post(f"/v1/{call.route}", files=call.files)
            if answer.status_code != 503:
                break
            seen.refused += 1
            await asyncio.sleep(float(answer.headers["retry-after"]))
    except httpx.HTTPError as error:
        seen.lost.append(f"{call.route}: {type(error).__name__} {error}")
        return
    seen.seconds.append(time.perf_counter() - began)
    photo = (answer.json().get("photo") or {}) if answer.status_code == 200 else {}
    if photo.get("sha256") != call.sha256:
        seen.lost.append(f"{call.route}: {answer.status_code} {answer.text[:200]}")


def request_of(call: Call, port: int) -> bytes:
    """The bytes of a call."""
    request = httpx.Request("POST", f"http://127.0.0.1:{port}/v1/{call.route}", files=call.files)
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    return f"POST /v1/{call.route} HTTP/1.1\r\n{head}\r\n".encode() + request.read()


async def killed(port: int, call: Call, share: float, waits: float, seen: Counter[str]) -> None:
    """A caller that sends a share of its request, waits for some seconds and is gone."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    whole = request_of(call, port)
    writer.write(whole[: int(len(whole) * share)])
    await asyncio.sleep(waits)
    writer.transport.abort()
    seen["gone"] += 1


async def stuck(port: int, call: Call, seen: Counter[str]) -> None:
    """A caller whose body stops, and which waits for what it is told."""
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        whole = request_of(call, port)
        writer.write(whole[: len(whole) // 2])
        line = (await reader.readline()).decode(errors="replace").split()
        writer.transport.abort()
        if line[1:2] != ["503"]:
            break
        await asyncio.sleep(1)
    seen[line[1] if len(line) > 1 else "closed"] += 1


async def large(client: httpx.AsyncClient, photo: bytes, seen: Counter[str]) -> None:
    """A caller with a large photo."""
    while True:
        answer = await client.post("/v1/assess", files={"photo": ("large.jpg", photo)})
        if answer.status_code != 503:
            break
        await asyncio.sleep(float(answer.headers["retry-after"]))
    said = answer.json()
    failure = said.get("failure") or {}
    seen[f"{answer.status_code} {failure.get('message', 'assessed')}"] += 1


async def trouble(
    client: httpx.AsyncClient, port: int, calls: Sequence[Call], big: dict[str, bytes], seen: Round
) -> None:
    """All the troublemakers at once."""
    count = max(1, len(calls) // 20)
    some, seen.trouble = calls[:count], {
        name: Counter() for name in ("killed in the body", "killed while waiting", "body that stops", *big)
    }  # fmt: skip
    await asyncio.gather(
        *(killed(port, call, 0.5, 0.5, seen.trouble["killed in the body"]) for call in some),
        *(killed(port, call, 1.0, 2.0, seen.trouble["killed while waiting"]) for call in some),
        *(stuck(port, call, seen.trouble["body that stops"]) for call in some),
        *(large(client, photo, seen.trouble[name]) for name, photo in big.items()
          for _ in range(count if name.startswith("200") else 1)),
    )  # fmt: skip


async def probed(client: httpx.AsyncClient, seen: Round) -> None:
    """Ask for the health four times a second, until cancelled."""
    while True:
        began = time.perf_counter()
        await client.get("/health")
        seen.health.append(time.perf_counter() - began)
        await asyncio.sleep(0.25)


async def one_round(port: int, calls: Sequence[Call], big: dict[str, bytes]) -> Round:
    """Everyone at once; with `big` photos, the troublemakers too."""
    seen = Round()
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=900) as client:
        began = time.perf_counter()
        probe = asyncio.create_task(probed(client, seen))
        work = [answered(client, call, seen) for call in calls]
        if big:
            work.append(trouble(client, port, calls, big, seen))
        await asyncio.gather(*work)
        seen.spent = time.perf_counter() - began
        probe.cancel()
        under_way = (await client.get("/health")).json()["under_way"]
        if under_way:
            seen.lost.append(f"{under_way} requests are still under way")
    return seen


def memory(process: psutil.Process) -> int:
    """Resident bytes of a process and those below it."""
    return sum(each.memory_info().rss for each in (process, *process.children(recursive=True)))


def big_photos(photo: Path) -> dict[str, bytes]:
    """A photograph, enlarged far beyond what is taken, and to what just is."""
    image = load_photo(photo).image
    sizes = {"200 megapixels": (20000, 10000), "99 megapixels": (11000, 9000)}
    return {name: saved(image.resize(size), "JPEG", quality=75) for name, size in sizes.items()}


def started(arguments: Sequence[str]) -> tuple[subprocess.Popen[bytes], int]:
    """A service that answers, and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "idetex_plugin", "serve", "--port", str(port), *arguments])
    while True:
        if process.poll() is not None:
            raise SystemExit(f"the service ended with {process.returncode}")
        try:
            httpx.get(f"http://127.0.0.1:{port}/health")
        except httpx.HTTPError:
            time.sleep(0.5)
            continue
        return process, port


def percentile(values: Sequence[float], share: float) -> float:
    """Of unsorted values."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    """Measure and print."""
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos")
    parser.add_argument("--callers", type=int, default=200)
    parser.add_argument("--queue", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default="nano")
    parser.add_argument("--engine", default="vllm")
    wanted = parser.parse_args()
    photos = [Path(source.path) for source in islice(find_photos([wanted.photos]), wanted.callers)]
    calls, big = calls_of(photos, wanted.callers), big_photos(photos[0])
    service, port = started(
        ["--model", wanted.model, "--engine", wanted.engine, "--queue", str(wanted.queue), f"--body-seconds={BODY_S}"]
    )
    lost: list[str] = []
    rows, notes = [], []
    try:
        process = psutil.Process(service.pid)
        print(f"started: {memory(process) / MIB:.0f} MiB", file=sys.stderr)
        for number in range(1, wanted.rounds + 1):
            seen = asyncio.run(one_round(port, calls, big if number == 2 else {}))
            lost += seen.lost
            peak = Path(f"/proc/{service.pid}/status").read_text().split("VmHWM:")[1].split()[0]
            rows.append(
                f"| {number} | {len(seen.seconds) - len(seen.lost)} of {len(calls)} | {seen.refused} | "
                f"{len(calls) / seen.spent:.2f} | {statistics.median(seen.seconds):.1f} | "
                f"{percentile(seen.seconds, 0.95):.1f} | {1000 * percentile(seen.health, 0.95):.0f} | "
                f"{memory(process) / MIB:.0f} | {int(peak) / 1024:.0f} |"
            )
            print(rows[-1], file=sys.stderr, flush=True)
            notes += [f"- {name}: " + ", ".join(f"{count} x {said}" for said, count in found.items())
                      for name, found in seen.trouble.items()]  # fmt: skip
    finally:
        service.terminate()
        service.wait()
    print("| round | answered | 503 | answers/s | median s | 95 % s | health, 95 % ms | MiB after | peak MiB |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    print("\n".join([*rows, "", *notes, "", f"lost: {len(lost)}", *lost[:20]]))
    sys.exit(bool(lost))


if __name__ == "__main__":
    main()
