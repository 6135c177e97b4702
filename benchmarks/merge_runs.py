"""Merging shards: how long it takes, and whether the result is that of one run, row by row.

    python benchmarks/merge_runs.py --photos 200000 --shards 8
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from idetex_plugin import Card, Run
from idetex_plugin.photo.sources import Source
from idetex_plugin.runs.merge import merge
from idetex_plugin.runs.rows import Stamp
from idetex_plugin.runs.shards import Shard
from idetex_plugin.words.assessment import Answer, Assessment, PhotoInfo, Quality, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.failure import OK
from idetex_plugin.words.vocabulary import Level, Severity

CARD = Card(name="nano", title="Nano", checkpoint="embedded", dialect="nano")
ROOT = Path("/photos")
LEVELS = tuple(Level)


def paths(count: int) -> Iterator[Source]:
    """A collection in folders of a thousand."""
    for number in range(count):
        path = str(ROOT / f"{number // 1000:04}" / f"IMG_{number:07}.jpg")
        yield Source(path, path)


def judged(name: str) -> Assessment:
    """A made-up assessment that depends on the name alone."""
    draw = sha256(name.encode()).digest()
    level = LEVELS[draw[0] % len(LEVELS)]
    shares = {one: 0.9 if one is level else 0.025 for one in LEVELS}
    box = Box(x1=draw[1] / 600, y1=draw[2] / 600, x2=0.5 + draw[3] / 600, y2=0.5 + draw[4] / 600)
    region = Region(distortion="Noise", severity=Severity.MINOR, box=box, confidence=draw[5] / 255, effect="Grain.")
    answer = Answer(name="sharp", question="Is it sharp?", options=("Yes", "No"), choice="Yes")
    return Assessment(
        photo=PhotoInfo(name=name, sha256=draw.hex(), width=4000, height=3000, format="JPEG"), model="nano",
        fingerprint="f", engine="vllm", tasks=dict.fromkeys(("grounding", "perception", "description"), OK),
        regions=(region,) * (draw[6] % 4), answers=(answer,), quality=Quality.of(shares, level),
    )  # fmt: skip


def write(folder: Path, sources: Iterator[Source]) -> None:
    """A run of these photos."""
    with Run.writer(folder, CARD, "f", {}) as run:
        run.set_root(ROOT)
        with run.together():
            for source in sources:
                run.write(source.path, Stamp(1, 2), judged(source.name))


def timed(what: str, began: float) -> None:
    """Print how long something took, and the most memory so far."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}: {time.monotonic() - began:.1f} s, {memory:.0f} MB at most", flush=True)


def rows(folder: Path) -> Iterator[tuple[object, ...]]:
    """What a run says, without when."""
    with Run(folder) as run:
        names = "path, name, size, mtime_ns, sha256, state, reason, level, score, copied_from, assessment"
        last = b""
        while page := run.query(f"SELECT {names} FROM photos WHERE path > ? ORDER BY path LIMIT 5000", last):
            yield from page
            last = page[-1][0]


def main() -> None:
    """Write, merge, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=200_000)
    parser.add_argument("--shards", type=int, default=8)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        began = time.monotonic()
        write(top / "one", paths(wanted.photos))
        timed(f"one run of {wanted.photos} photos written", began)
        parts = [top / f"part-{number}" for number in range(1, wanted.shards + 1)]
        for number, part in enumerate(parts, 1):
            write(part, Shard(number, wanted.shards).of(paths(wanted.photos), ROOT))
        sizes = []
        for part in parts:
            with Run(part) as run:
                sizes.append(len(run))
        print(f"shards of {min(sizes)} to {max(sizes)} photos")
        began = time.monotonic()
        count = merge(parts, top / "merged")
        timed(f"{count} rows merged", began)
        began = time.monotonic()
        same = all(mine == other for mine, other in zip(rows(top / "one"), rows(top / "merged"), strict=True))
        timed(f"compared, {'equal' if same else 'DIFFERENT'} row by row", began)


if __name__ == "__main__":
    main()
