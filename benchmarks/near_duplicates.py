"""How well near duplicates are found: `python benchmarks/near_duplicates.py PHOTOS --json FILE`.

Each photo of the folder gets copies changed in ten ways. Recall: copies within a distance of their own photo. False:
pairs of different photos within it, and pairs of parts (a quarter of the frame, 16 at random a photo) of different
photos, which are more by two orders. `--pairs` prints the nearest pairs of photos, to look whether they are different
photos. `--scale N`: the time of grouping N random hashes instead.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from idetex_plugin import find_photos, load_photo
from idetex_plugin.duplicates.grouping import grouped
from idetex_plugin.duplicates.hashing import BITS, BYTES, DISTANCE, perceptual_hash

DISTANCES = (0, 8, 16, 32, 48, 56, 64, 72, 80)
PARTS = 16


def coded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """The bytes of a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def copies(image: Image.Image) -> Iterator[tuple[str, bytes]]:
    """Each change by name, and the changed copy as a file."""
    width, height = image.size

    def cut(left: float, top: float, right: float, bottom: float) -> Image.Image:
        return image.crop((round(left * width), round(top * height), round(right * width), round(bottom * height)))

    yield "half the size", coded(image.resize((width // 2, height // 2), Image.Resampling.LANCZOS), quality=90)
    yield "JPEG 60", coded(image, quality=60)
    yield "WebP 75", coded(image, "WEBP", quality=75)
    yield "10 % brighter", coded(image.point(lambda value: min(255, round(value * 1.1))), quality=90)
    yield "5 % cut off around", coded(cut(0.025, 0.025, 0.975, 0.975), quality=90)
    yield "5 % cut off at right and bottom", coded(cut(0, 0, 0.95, 0.95), quality=90)
    yield "10 % cut off around", coded(cut(0.05, 0.05, 0.95, 0.95), quality=90)
    yield "a burst's next shot", coded(next_shot(image), quality=90)
    turned = Image.Exif()
    turned[0x112] = 6
    yield "turned, with its tag", coded(image.transpose(Image.Transpose.ROTATE_90), quality=90, exif=turned)
    yield "mirrored", coded(ImageOps.mirror(image), quality=90)


def next_shot(image: Image.Image) -> Image.Image:
    """Turned by 1 degree, moved by 2 % of the shorter side, 5 % brighter, noise of 4 levels."""
    width, height = image.size
    pixels = np.asarray(image.rotate(1, Image.Resampling.BICUBIC)).astype(np.float64)
    grain = np.random.default_rng(0).normal(0, 4, pixels.shape)
    step = max(2, round(0.02 * min(width, height)))
    moved = Image.fromarray(np.clip(pixels * 1.05 + grain, 0, 255).astype(np.uint8))
    return moved.crop((2 * step, 2 * step, width - step, height - step))


def hashes_of(path: Path) -> tuple[dict[str, bytes], list[bytes]]:
    """The hash of a photo and of each of its copies, and those of parts of it."""
    photo = load_photo(path).image
    changed = {"": perceptual_hash(photo)} | {
        name: perceptual_hash(load_photo(data).image) for name, data in copies(photo)
    }
    width, height = photo.width // 2, photo.height // 2
    draw = np.random.default_rng(photo.width * photo.height)
    places = zip(draw.integers(0, width + 1, PARTS), draw.integers(0, height + 1, PARTS), strict=True)
    return changed, [perceptual_hash(photo.crop((x, y, x + width, y + height))) for x, y in places]


def bits(hashes: list[bytes]) -> np.ndarray:
    """(photos, bits) of 0 and 1."""
    return np.unpackbits(np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, BYTES), axis=1).astype(np.int16)


def within(hashes: list[bytes], owners: np.ndarray) -> tuple[list[int], int]:
    """Pairs of different owners within each distance, and how many pairs there are."""
    signs = bits(hashes).astype(np.float32) * 2 - 1
    counts = np.zeros(BITS + 1, np.int64)
    for start in range(0, len(signs), 256):
        apart = ((BITS - signs[start : start + 256] @ signs.T) / 2).astype(np.int64)
        counts += np.bincount(apart[owners[start : start + 256, None] < owners[None]], minlength=BITS + 1)
    return [int(counts[: distance + 1].sum()) for distance in DISTANCES], int(counts.sum())


def scale(count: int) -> None:
    """The time and memory of grouping so many unlike hashes."""
    hashes = np.random.default_rng(0).integers(0, 256, (count, BYTES), np.uint8)
    began = time.perf_counter()
    grouped(hashes, DISTANCE)
    seconds, memory = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} hashes of {BITS} bits: {seconds:.1f} s, {memory:.0f} MB at most")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path, nargs="?")
    parser.add_argument("--pairs", type=int, default=20, help="print so many of the nearest pairs of different photos")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--scale", type=int, help="time the grouping of so many random hashes instead")
    given = parser.parse_args()
    if given.scale:
        scale(given.scale)
        return
    paths = [Path(source.path) for source in find_photos([given.photos])]
    with ThreadPoolExecutor(given.jobs) as pool:
        found = list(pool.map(hashes_of, paths))
    changed, parts = [each for each, _ in found], [each for _, each in found]
    own = bits([hashes[""] for hashes in changed])
    recall = {}
    for name in list(changed[0])[1:]:
        apart = (own != bits([hashes[name] for hashes in changed])).sum(1)
        recall[name] = [float((apart <= distance).mean()) for distance in DISTANCES]
    false = {
        "pairs of different photos": within([hashes[""] for hashes in changed], np.arange(len(own))),
        "pairs of their parts": within([each for some in parts for each in some], np.arange(len(own)).repeat(PARTS)),
    }
    print("| copies | " + " | ".join(map(str, DISTANCES)) + " |\n| --- |" + " ---: |" * len(DISTANCES))
    for name, shares in recall.items():
        print(f"| {name} | " + " | ".join(f"{100 * share:.1f}" for share in shares) + " |")
    for name, (counts, pairs) in false.items():
        print(f"| {name}, of {pairs} | " + " | ".join(map(str, counts)) + " |")
    first, second = np.triu_indices(len(own), 1)
    apart = np.concatenate([(own[row + 1 :] != own[row]).sum(1) for row in range(len(own))])
    for place in np.argsort(apart)[: given.pairs]:
        print(apart[place], paths[first[place]], paths[second[place]])
    if given.json:
        said = {"distances": DISTANCES, "recall": recall, "false": false}
        given.json.write_text(json.dumps(said, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
