"""Does the gate let right conversions pass, and what does its diagnosis cost beside the metric? Prints Markdown tables.

    python benchmarks/conversions.py PHOTOGRAPHS [--photos 20] [--skip 0] [--model nano] [--engine auto]

PHOTOGRAPHS is the folder of the split (`idetex_plugin/lab/data/split.tsv`); every k-th of its "test" rows is used, from
the `skip`-th on. The bounds of the diagnosis were chosen with `--skip 0` in sight, so that another number measures them
on photographs that nobody has tuned on. Every photo is converted in eleven ordinary ways, each done right and judged
under the policy it is made for; every verdict but a pass is a false alarm and is printed. Then each part of the gate is
timed on the same pairs, in one run.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from profiles import cmyk_profile, rgb_profile

from idetex_plugin import Assessor
from idetex_plugin.gating.check import Gate
from idetex_plugin.gating.diagnose import Side, comparable, diagnose
from idetex_plugin.gating.policies import policy_named
from idetex_plugin.gating.similarity import worst_similarity
from idetex_plugin.lab.data.photos import listed
from idetex_plugin.photo.load import load_photo
from idetex_plugin.words.verdict import Outcome

Made = tuple[str, bytes, bytes]
FILTERS = ("BOX", "BILINEAR", "BICUBIC", "LANCZOS")
SIDE = 1200


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """A file's bytes."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def srgb_of(source: bytes) -> Image.Image:
    """The pixels converted by littleCMS with relative colorimetry, which is not what the gate itself uses."""
    image = Image.open(io.BytesIO(source))
    profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
    found = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), intent, "RGB")
    assert found is not None
    return found


def same_size(photo: Image.Image) -> Iterator[Made]:
    """Coded, converted and turned, under the policy "web"."""
    whole = saved(photo, "PNG", compress_level=1)
    yield "JPEG quality 80", whole, saved(photo, "JPEG", quality=80)
    yield "WebP quality 80", whole, saved(photo, "WEBP", quality=80)
    yield "AVIF quality 60", whole, saved(photo, "AVIF", quality=60, speed=8)
    yield "sRGB profile removed", saved(photo, "JPEG", quality=95, icc_profile=SRGB), saved(photo, "JPEG", quality=85)
    p3 = saved(photo, "JPEG", quality=95, icc_profile=rgb_profile())
    yield "P3 converted", p3, saved(srgb_of(p3), "JPEG", quality=85)
    ink = saved(photo.convert("CMYK"), "JPEG", quality=95, icc_profile=cmyk_profile())
    yield "CMYK converted", ink, saved(srgb_of(ink), "JPEG", quality=85)
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = photo.transpose(Image.Transpose.ROTATE_90)
    yield "orientation baked in", saved(stored, "JPEG", quality=95, exif=exif), saved(photo, "JPEG", quality=85)


def smaller(photo: Image.Image) -> Iterator[Made]:
    """Resized by four filters, under the policy "thumbnail"."""
    whole = saved(photo, "JPEG", quality=95)
    size = (round(photo.width / 2.6), round(photo.height / 2.6))
    for name in FILTERS:
        small = photo.resize(size, Image.Resampling[name])
        yield f"resized, {name.lower()}", whole, saved(small, "JPEG", quality=85)


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
MAKERS: dict[str, Callable[[Image.Image], Iterator[Made]]] = {"web": same_size, "thumbnail": smaller}


def photographs(folder: Path, count: int, skip: int) -> Iterator[tuple[str, Image.Image]]:
    """Every k-th test photograph, at most 1200 pixels a side, so that all sources take part."""
    names = listed("test")
    for name in names[skip :: max(1, len(names) // count)][:count]:
        image = load_photo(folder / name).image
        image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
        yield name, image


def costs(gate: Gate, original: bytes, copy: bytes, spent: Counter[str]) -> None:
    """Seconds of loading, diagnosis, and metric of one pair."""
    marks = [time.perf_counter()]
    sides = [Side.of(source, load_photo(source)) for source in (original, copy)]
    marks.append(time.perf_counter())
    found = diagnose(*sides, gate.policy)
    marks.append(time.perf_counter())
    if not any(each.settles for each in found):
        for pair in comparable(*sides, gate.policy, found):
            worst_similarity(*pair)
        marks.append(time.perf_counter())
        for part, start, end in zip(("load", "diagnosis", "metric"), marks[:-1], marks[1:], strict=True):
            spent[part] += end - start  # type: ignore[assignment]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--photos", type=int, default=20)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--model", default="nano")
    parser.add_argument("--engine", default="auto")
    options = parser.parse_args()
    counts: dict[str, Counter[Outcome]] = {}
    spent: Counter[str] = Counter()
    alarms: list[str] = []
    with Assessor(options.model, options.engine) as assessor:
        gates = {name: Gate(policy_named(name), assessor) for name in MAKERS}
        for name, image in photographs(options.photographs, options.photos, options.skip):
            for policy, made in MAKERS.items():
                for what, original, copy in made(image):
                    costs(gates[policy], original, copy, spent)
                    verdict = gates[policy].check(original, copy)
                    counts.setdefault(what, Counter())[verdict.outcome] += 1
                    if verdict.outcome is not Outcome.PASS:
                        alarms.append(f"{what}, {name}: {'; '.join(verdict.reasons)} ({verdict.similarity})")
    print("| conversion | pass | review | reject |\n| --- | ---: | ---: | ---: |")
    for what, found in counts.items():
        print(f"| {what} | {' | '.join(str(found[outcome]) for outcome in Outcome)} |")
    total = sum((found for found in counts.values()), Counter())
    print(f"| **all** | {' | '.join(str(total[outcome]) for outcome in Outcome)} |")
    print(f"\npass: {total[Outcome.PASS] / total.total():.3f} of {total.total()}")
    parts = ", ".join(f"{part} {value:.2f}" for part, value in spent.items())
    print(f"seconds: {parts}; diagnosis and metric are {1 + spent['diagnosis'] / spent['metric']:.2f} times the metric")
    print("\n".join(alarms))


if __name__ == "__main__":
    main()
