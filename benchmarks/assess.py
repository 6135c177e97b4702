"""What an assessment costs: python benchmarks/assess.py PHOTOS [--photos 100] [--large 1000].

PHOTOS is a folder; as many photos as asked for are made from it by small changes of brightness, so that none repeats.
One process a measurement. Printed as a Markdown table: photos a second of the full assessment, the cost of three tasks
over grounding alone, the share of the wall time that is spent inside the engine, and the peak resident memory.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from PIL import Image

from idetex_plugin import Assessor, find_photos

ALL = "grounding,perception,description"


class Watched:
    """An engine whose own time is measured: all time in its stream, less the time it waits for photos."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.name = engine.name
        self.seconds = 0.0

    def stream(self, items: Any) -> Iterator[Any]:
        """See `engines.base.Engine`."""
        results = self._engine.stream(self._waited(items))
        while True:
            start = time.perf_counter()
            result = next(results, None)
            self.seconds += time.perf_counter() - start
            if result is None:
                return
            yield result

    def _waited(self, items: Any) -> Iterator[Any]:
        source = iter(items)
        while True:
            start = time.perf_counter()
            item = next(source, None)
            self.seconds -= time.perf_counter() - start
            if item is None:
                return
            yield item

    def close(self) -> None:
        """See `engines.base.Engine`."""
        self._engine.close()


def make_photos(originals: Path, count: int, folder: Path) -> None:
    """Write this many different JPEG files."""
    sources = cycle([source.path for source in find_photos([originals])])
    for number, path in enumerate(islice(sources, count)):
        with Image.open(path) as image:
            gain = 1 - number / count / 20
            darker = image.convert("RGB").point(lambda value, gain=gain: value * gain)
            darker.save(folder / f"{number:05}.jpg", quality=92)


def measure(folder: Path, engine: str, tasks: str) -> dict[str, float]:
    """Assess all photos of the folder, after three that warm up."""
    photos = [source.path for source in find_photos([folder])]
    with Assessor(engine=engine, tasks=tasks.split(",")) as starter:
        watched = Watched(starter.start())
        with Assessor(engine=watched, tasks=tasks.split(",")) as assessor:
            list(assessor.assess_many(photos[:3]))
            watched.seconds = 0
            start = time.perf_counter()
            count = sum(1 for _ in assessor.assess_many(photos[3:]))
            wall = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rate": count / wall, "inside": watched.seconds / wall, "peak": peak}


def in_process(folder: Path, engine: str, tasks: str) -> dict[str, float]:
    """The same in a process of its own."""
    command = [sys.executable, __file__, str(folder), "--measure", "--engines", engine, "--tasks", tasks]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Run the measurements and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engines", default="vllm,transformers")
    parser.add_argument("--photos", type=int, default=100)
    parser.add_argument("--large", type=int, default=0, help="also measure the memory at this many photos")
    parser.add_argument("--tasks", default=ALL)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.folder, options.engines, options.tasks)))
        return
    print("| engine | photos | photos/s | three tasks / one | inside the engine | peak MiB |")
    print("| --- | --- | --- | --- | --- | --- |")
    for count in filter(None, (options.photos, options.large)):
        with tempfile.TemporaryDirectory() as name:
            make_photos(options.folder, count, Path(name))
            for engine in options.engines.split(","):
                full = in_process(Path(name), engine, ALL)
                one = in_process(Path(name), engine, "grounding") if count == options.photos else None
                ratio = f"{one['rate'] / full['rate']:.2f}" if one else ""
                cells = engine, count, f"{full['rate']:.2f}", ratio, f"{full['inside']:.3f}", f"{full['peak']:.0f}"
                print(f"| {' | '.join(map(str, cells))} |", flush=True)


if __name__ == "__main__":
    main()
