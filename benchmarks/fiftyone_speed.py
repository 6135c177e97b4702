"""What FiftyOne adds to an assessment, in time and memory, and how fast the review panel's questions are answered.

The server is simulated: so many photos at once, each answered after a fixed time. The ratio is the time that this
server needs when it is never idle, over the time that `assess` took, decoding and writing included. With more photos,
only the memory is of interest, and the server is quick. Needs FiftyOne and its database.

    python benchmarks/fiftyone_speed.py --photos 2000 --more 20000 --counted 100000
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import fiftyone as fo
import numpy as np
from bson import ObjectId
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from standins import nano_says

from idetex_fiftyone import Review, assess, figures
from idetex_fiftyone.app.filters import Filters
from idetex_fiftyone.app.queue import ORDERS, WORST, card, next_photo
from idetex_fiftyone.fields import Fields
from idetex_fiftyone.truth.meant import meant
from idetex_fiftyone.truth.regions import accept
from idetex_fiftyone.truth.sheet import Sheet, Stamp
from idetex_fiftyone.writer import Writer
from idetex_plugin import Reply, Request, Severity
from idetex_plugin.words.vocabulary import VIDA

QUICK = 0.01


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


class Cost(NamedTuple):
    """Of one run: the server's own time over that of `assess`, milliseconds of writing for a photo, peak MiB."""

    share: float
    writing: float
    memory: float


def cost(photos: int, slots: int, seconds: float) -> Cost:
    """Assess so many photos. For a process of its own, whose memory is measured."""
    dataset, wrote = fo.Dataset(), 0.0
    flush = Writer.flush

    def timed(writer: Writer) -> None:
        nonlocal wrote
        begin = time.perf_counter()
        flush(writer)
        wrote += time.perf_counter() - begin

    Writer.flush = timed  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder:
        for number in range(photos):
            pixels = np.full((240, 320, 3), (number % 256, number // 256, 90), np.uint8)
            Image.fromarray(pixels).save(f"{folder}/{number}.png")
        dataset.add_images([f"{folder}/{number}.png" for number in range(photos)], progress=False)
        begin = time.perf_counter()
        assess(dataset, engine=SlowServer(slots, seconds), progress=False)
        took = time.perf_counter() - begin
    dataset.delete()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Cost(photos * seconds / slots / took, 1000 * wrote / photos, memory)


def made_up(photos: int) -> Any:
    """A dataset of so many photos with two regions each, of which a tenth have been reviewed."""
    dataset = fo.Dataset()
    fields = Fields("idetex")
    fields.declare(dataset, {"model": "nano", "fingerprint": "made up", "answers": []})
    review = Review(dataset)
    severities, names = list(Severity), VIDA.names
    rows = []
    for number in range(photos):
        regions = [
            {
                "_id": ObjectId(), "_cls": "Detection", "label": names[(number + step) % len(names)], "tags": [],
                "severity": str(severities[number % 3]), "confidence": (number * 37 + step) % 100 / 100,
                "bounding_box": [0.1, 0.1, 0.4, 0.5],
            }
            for step in range(2)
        ]  # fmt: skip
        row = {
            "filepath": f"/{number}.jpg",
            "_media_type": "image",
            "_rand": number * 7919 % photos / photos,
            "last_modified_at": datetime.now(UTC),
            fields.level: {"_cls": "Classification", "label": "fair"},
            fields.score: 1 + number % 400 / 100,
            fields.regions: {"_cls": "Detections", "detections": regions},
            fields.status: {"_cls": "DynamicEmbeddedDocument", "state": "ok", "conflicts": int(number % 50 == 0)},
        }
        if number % 10 == 5:
            sheet, stamp = Sheet(None, None), Stamp("accepted", by="somebody")
            for region in regions:
                accept(sheet, region, "idetex", stamp)
            row[review.fields.review], row[review.fields.truth] = sheet.documents()
        rows.append(row)
    dataset._sample_collection.insert_many(rows)
    return dataset


def panel(photos: int) -> dict[str, float]:
    """Seconds that the database takes for what the review panel does on so many photos."""
    dataset = made_up(photos)
    waiting = Filters(said="waiting", severity="Severe")
    review = Review(dataset, by="me")
    times: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        begin = time.perf_counter()
        result = work()
        times[name] = time.perf_counter() - begin
        return result

    timed("first paint: counts", lambda: figures(dataset, "idetex"))
    assert timed("counts again", lambda: figures(dataset, "idetex")).total == 2 * photos
    view = waiting.view(dataset.view(), "idetex", "idetex")
    timed("counts of what a filter shows", lambda: figures(view, "idetex"))
    for order in ORDERS:
        timed(f"next photo, {order}", lambda order=order: next_photo(dataset.view(), "idetex", "idetex", order, ()))
    sample = next_photo(dataset.view(), "idetex", "idetex", WORST, ())
    found = timed("one photo's card", lambda: card(dataset, sample, "idetex", "idetex"))
    timed("one decision", lambda: review.say({sample: found.waiting[:1]}, "idetex", "accepted"))
    timed("counts after it", lambda: figures(dataset, "idetex"))
    timed("undo", review.undo)
    some = timed("1,000 photos' regions", lambda: meant(view.limit(1000), "idetex"))
    timed("1,000 photos at once", lambda: review.say(some, "idetex", "rejected"))
    timed("undo of these", review.undo)
    dataset.delete()
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=2000, help="0 for the panel alone")
    parser.add_argument("--slots", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=1.0, help="of the server for a photo")
    parser.add_argument("--more", type=int, default=20_000, help="photos for the second look at memory")
    parser.add_argument("--counted", type=int, default=100_000)
    options = parser.parse_args()
    for name, seconds in panel(options.counted).items():
        print(f"{options.counted:,} photos, {name}: {seconds:.3f} s", flush=True)
    if not options.photos:
        return
    print("photos | engine's share of the time | writing, ms a photo | peak MiB")
    for photos, seconds in ((options.photos, options.seconds), (options.more, QUICK)):
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            found = pool.submit(cost, photos, options.slots, seconds).result()
        share = f"{found.share:.2f}" if seconds == options.seconds else "-"
        print(f"{photos:,} | {share} | {found.writing:.2f} | {found.memory:.0f}", flush=True)


if __name__ == "__main__":
    main()
