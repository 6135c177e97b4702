"""Does damage vanish from the answers as photos grow? Prints a Markdown table.

    python benchmarks/resolution.py PHOTOGRAPHS [--photos 20] [--model nano] [--engine auto]

PHOTOGRAPHS is the folder of the split (`idetex_plugin/lab/data/split.tsv`); its "test" rows are used, those of at least
one megapixel. Each is brought to 0.3 and 1 megapixels by shrinking, and to 4 and 12 by shrinking it to a megapixel and
continuing it by its mirror image, since no larger ones are at hand: their pixels are as sharp as those of the small
ones, which a camera's would not be. Then the whole frame is damaged, moderately and severely, at that size. Low clarity
grows with the square root of the size, as in training; noise and blocking are the same in every pixel.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from idetex_plugin import Assessor, Severity
from idetex_plugin.lab.data.photos import Pixels, listed, read
from idetex_plugin.lab.synthesis.degrade import DEGRADE
from idetex_plugin.words.box import WHOLE

MEGAPIXELS = (0.3, 1.0, 4.0, 12.0)
TYPES = ("Noise", "Blocking artifacts", "Low clarity")
SEVERITIES = (Severity.MODERATE, Severity.SEVERE)
CLEAN = "nothing (any region reported)"
MATCH = 0.5


def at(photo: Pixels, megapixels: float) -> Pixels:
    """The photo at this size, (H, W, 3)."""
    height, width = photo.shape[:2]
    shrink = (min(megapixels, 1.0) * 1e6 / (height * width)) ** 0.5
    small = cv2.resize(photo, (round(width * shrink), round(height * shrink)), interpolation=cv2.INTER_AREA)
    if megapixels > 1:
        sides = [round(side * megapixels**0.5) for side in small.shape[:2]]
        repeat = int(np.ceil(megapixels**0.5))
        tiles = [[small[:: 1 - 2 * (i % 2), :: 1 - 2 * (j % 2)] for j in range(repeat)] for i in range(repeat)]
        small = np.concatenate([np.concatenate(row, 1) for row in tiles], 0)[: sides[0], : sides[1]]
    return np.ascontiguousarray(small)


def cases(photos: list[Pixels]) -> Iterator[tuple[tuple[str, float], Pixels]]:
    """(type or clean, megapixels) and the damaged photo."""
    for number, photo in enumerate(photos):
        for megapixels in MEGAPIXELS:
            base = at(photo, megapixels)
            yield (CLEAN, megapixels), base
            for name in TYPES:
                for severity in SEVERITIES:
                    yield (name, megapixels), DEGRADE[name](base, severity, np.random.default_rng(number))


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--photos", type=int, default=20)
    parser.add_argument("--model", default="nano")
    parser.add_argument("--engine", default="auto")
    options = parser.parse_args()
    large = [photo for photo in (read(options.photographs / name) for name in listed("test"))
             if photo.shape[0] * photo.shape[1] >= 1e6]  # fmt: skip
    photos = large[:: max(1, len(large) // options.photos)][: options.photos]
    found: dict[tuple[str, float], list[bool]] = defaultdict(list)
    with Assessor(options.model, options.engine, ["grounding"]) as assessor:
        for key, assessment in assessor.stream(cases(photos)):
            if key[0] == CLEAN:
                found[key].append(bool(assessment.regions))
            else:
                same = [region for region in assessment.regions if region.distortion == key[0]]
                found[key].append(any(region.box.iou(WHOLE) >= MATCH for region in same))
        checkpoint = assessor.fingerprint_parts["checkpoint"]
    print(f"checkpoint {checkpoint}, {len(photos)} photographs, {', '.join(SEVERITIES)}\n")
    sizes = " | ".join(f"{megapixels:g} MP" for megapixels in MEGAPIXELS)
    print(f"| recall of | {sizes} | {MEGAPIXELS[-1]:g} MP / {MEGAPIXELS[0]:g} MP |\n|{' --- |' * 6}")
    for name in (*TYPES, CLEAN):
        shares = [float(np.mean(found[name, megapixels])) for megapixels in MEGAPIXELS]
        ratio = f"{shares[-1] / shares[0]:.2f}" if shares[0] else "-"
        print(f"| {name} | {' | '.join(f'{share:.2f}' for share in shares)} | {ratio} |")


if __name__ == "__main__":
    main()
