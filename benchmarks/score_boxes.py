"""How long scoring takes, and how much memory, by the number of predicted boxes. Prints a Markdown table.

    python benchmarks/score_boxes.py [--boxes 10000 100000 1000000]

Ten classes, four truths an image, and twenty predictions: half of them near a truth, half at random. Each row is a
fresh process; memory is what scoring adds at its peak to what the boxes themselves take.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import tracemalloc

import numpy as np

from idetex_plugin.lab.measures.coco import coco_ap
from idetex_plugin.lab.measures.matching import matched_boxes, triplets
from idetex_plugin.lab.measures.table import BoxTable
from idetex_plugin.lab.measures.voc import curves, mean_ap

MEASURES = {
    "VOC AP": lambda truth, predicted: mean_ap(curves(truth, predicted)),
    "COCO AP": lambda truth, predicted: coco_ap(truth, predicted).ap,
    "triplets": triplets,
    "matched boxes": matched_boxes,
}


def random_boxes(count: int, images: int, rng: np.random.Generator) -> BoxTable:
    """Boxes of random classes at random places."""
    corners = rng.integers(0, 600, (count, 2)).astype(np.float64)
    boxes = np.concatenate([corners, corners + rng.integers(100, 400, (count, 2))], axis=1)
    return BoxTable(
        rng.integers(0, images, count), rng.integers(0, 10, count), boxes, rng.random(count),
        rng.integers(1, 4, count), np.zeros(count, np.bool_),
    )  # fmt: skip


def guesses(truth: BoxTable, count: int, images: int, rng: np.random.Generator) -> BoxTable:
    """Predictions, every second one a truth of any image moved a little."""
    predicted = random_boxes(count, images, rng)
    seen = rng.integers(0, len(truth), (count + 1) // 2)
    predicted.images[::2], predicted.kinds[::2] = truth.images[seen], truth.kinds[seen]
    predicted.boxes[::2] = truth.boxes[seen] + rng.normal(0, 15, (len(seen), 4))
    return predicted


def measure(count: int) -> str:
    """One row: seconds a measure without tracing, then the peak of all with it."""
    rng = np.random.default_rng(0)
    images = max(count // 20, 1)
    truth = random_boxes(4 * images, images, rng)
    predicted = guesses(truth, count, images, rng)
    seconds = []
    for score in MEASURES.values():
        start = time.perf_counter()
        score(truth, predicted)
        seconds.append(time.perf_counter() - start)
    tracemalloc.start()
    for score in MEASURES.values():
        score(truth, predicted)
    peak = tracemalloc.get_traced_memory()[1]
    cells = [f"{count:,}", *(f"{each:.2f}" for each in seconds), f"{sum(seconds):.2f}", f"{peak / 2**20:.0f}",
             f"{peak / count:.0f}"]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure, a process a row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--boxes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--row", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.row:
        print(measure(options.row))
        return
    names = " | ".join(f"{name}, s" for name in MEASURES)
    print(f"| predicted boxes | {names} | all, s | peak MiB | bytes a box |\n|{' --- |' * (len(MEASURES) + 4)}")
    for count in options.boxes:
        row = subprocess.run([sys.executable, __file__, "--row", str(count)], stdout=subprocess.PIPE, check=True)
        print(row.stdout.decode(), end="", flush=True)


if __name__ == "__main__":
    main()
