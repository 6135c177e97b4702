"""What FiftyOne adds to an assessment, and how fast the panel's counts are.

The server is simulated: so many photos at once, each answered after a fixed time. The ratio is the time that this
server needs when it is never idle, over the time that `assess` took, decoding and writing included. Needs FiftyOne and
its database.

    python benchmarks/fiftyone_speed.py --photos 2000 --counted 100000
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import fiftyone as fo
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from standins import nano_says

from idetex_fiftyone import assess, figures
from idetex_plugin.engines.base import Reply, Request
from idetex_plugin.taxonomy import VIDA, Severity


class SlowServer:
    """Answers `slots` photos at once, each after some seconds."""

    name = "simulated"

    def __init__(self, slots: int, seconds: float) -> None:
        self.slots, self.seconds = slots, seconds

    def stream(self, items: Iterable[tuple[Any, Sequence[Request]]]) -> Iterator[tuple[Any, tuple[Reply, ...]]]:
        """See `engines.base.Engine`."""
        source, running = iter(items), set[Future[Any]]()
        with ThreadPoolExecutor(self.slots) as pool:
            while True:
                while len(running) < self.slots and (item := next(source, None)):
                    running.add(pool.submit(self._answer, *item))
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)

    def close(self) -> None:
        """Nothing to free."""

    def _answer(self, key: Any, requests: Sequence[Request]) -> tuple[Any, tuple[Reply, ...]]:
        time.sleep(self.seconds)
        return key, tuple(nano_says(request) for request in requests)


def engine_share(photos: int, slots: int, seconds: float) -> float:
    """The server's own time over that of `assess`."""
    dataset = fo.Dataset()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(photos):
            pixels = np.full((240, 320, 3), (number % 256, number // 256, 90), np.uint8)
            Image.fromarray(pixels).save(f"{folder}/{number}.png")
        dataset.add_images([f"{folder}/{number}.png" for number in range(photos)], progress=False)
        begin = time.perf_counter()
        assess(dataset, engine=SlowServer(slots, seconds), progress=False)
        took = time.perf_counter() - begin
    dataset.delete()
    return photos * seconds / slots / took


def counting(photos: int) -> tuple[float, float]:
    """Seconds of the panel's counts over so many photos with two regions each: the first time, and again."""
    dataset = fo.Dataset()
    dataset.add_sample_field("idetex_regions", fo.EmbeddedDocumentField, embedded_doc_type=fo.Detections)
    severities, names = list(Severity), VIDA.names
    rows = [
        {
            "filepath": f"/{number}.jpg",
            "idetex_level": {"_cls": "Classification", "label": "fair"},
            "idetex_score": 1 + number % 400 / 100,
            "idetex_regions": {
                "_cls": "Detections",
                "detections": [
                    {"label": names[(number + step) % len(names)], "severity": str(severities[number % 3]), "tags": []}
                    for step in range(2)
                ],
            },
        }
        for number in range(photos)
    ]
    dataset._sample_collection.insert_many(rows)
    times = []
    for _ in range(2):
        begin = time.perf_counter()
        assert figures(dataset, "idetex").total == 2 * photos
        times.append(time.perf_counter() - begin)
    dataset.delete()
    return times[0], times[1]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=2000)
    parser.add_argument("--slots", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=1.0, help="of the server for a photo")
    parser.add_argument("--counted", type=int, default=100_000)
    options = parser.parse_args()
    first, again = counting(options.counted)
    print(f"counts over {options.counted:,} photos: {first:.2f} s, again {again:.3f} s", flush=True)
    share = engine_share(options.photos, options.slots, options.seconds)
    print(f"engine's share of the time, {options.photos:,} photos, {options.slots} at once: {share:.2f}")


if __name__ == "__main__":
    main()
