"""Does the verdict ever improve as compression gets stronger, and what does the gate save? Prints Markdown tables.

    python benchmarks/ladder.py PHOTOGRAPHS [--photos 24] [--no-tuning] [--policy web] [--model nano] [--engine auto]

PHOTOGRAPHS is the folder of the split (`idetex_plugin/lab/data/split.tsv`); its "test" rows are used, shrunk to 1200
pixels at most, so that the coding of the files themselves is weak. Every photo is encoded by three codecs at six
qualities, judged beside itself, and judged again with the model alone, to see what the metric routes and how often both
agree. Then `tune` looks for the smallest file of each photo that passes, and its size is set beside quality 85 for all
photos, and beside the one quality for all photos that reaches the same share of passes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image

from idetex_plugin import Assessor, Outcome, Pair, Photo, Policy, Verdict, load_photo
from idetex_plugin.gating.check import Gate
from idetex_plugin.gating.codecs import CODECS
from idetex_plugin.gating.policies import policy_named
from idetex_plugin.gating.tune import tune
from idetex_plugin.lab.data.photos import listed

QUALITIES = {"jpeg": (90, 75, 55, 35, 18, 8), "webp": (90, 75, 50, 25, 10, 0), "avif": (90, 70, 50, 30, 15, 0)}
FIXED = 85
SIDE = 1200


def photographs(folder: Path, count: int) -> Iterator[Photo]:
    """Every k-th test photograph, so that all sources take part."""
    names = listed("test")
    for name in names[:: max(1, len(names) // count)][:count]:
        image = load_photo(folder / name).image
        image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
        yield load_photo(image, name=name)


def row(*cells: object) -> None:
    """Print one row of a table."""
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def ladder(photos: Iterable[Photo], gates: dict[str, Gate]) -> dict[tuple[str, str], list[list[Verdict]]]:
    """Verdicts by gate and codec: a list a photo, from the best quality to the worst."""
    found: dict[tuple[str, str], list[list[Verdict]]] = {}
    for photo in photos:
        files = {(codec, quality): CODECS[codec].encode(photo.image, quality)
                 for codec, qualities in QUALITIES.items() for quality in qualities}  # fmt: skip
        for name, gate in gates.items():
            pairs = ((key, Pair(photo.info.name, photo, data, key[0])) for key, data in files.items())
            verdicts = dict(gate.stream(pairs))
            for codec, qualities in QUALITIES.items():
                found.setdefault((name, codec), []).append([verdicts[codec, quality] for quality in qualities])
        print(f"{photo.info.name} is done", file=sys.stderr, flush=True)
    return found


def steps(ladders: list[list[Verdict]]) -> tuple[int, int]:
    """Steps at which the verdict does not improve, and all steps."""
    falls = [b.outcome.rank >= a.outcome.rank for one in ladders for a, b in pairwise(one)]
    return sum(falls), len(falls)


def print_ladder(found: dict[tuple[str, str], list[list[Verdict]]]) -> None:
    """Pass rates by quality, and the steps."""
    row("gate", "codec", "pass / review / reject by quality, best to worst", "steps without a better verdict")
    row(*["---"] * 4)
    for (name, codec), ladders in found.items():
        shares = []
        for quality, verdicts in zip(QUALITIES[codec], zip(*ladders, strict=True), strict=True):
            counts = [sum(verdict.outcome is outcome for verdict in verdicts) for outcome in Outcome]
            shares.append(f"{quality}: {'/'.join(map(str, counts))}")
        kept, total = steps(ladders)
        row(name, codec, ", ".join(shares), f"{kept} of {total} ({kept / total:.3f})")
    for name in dict.fromkeys(name for name, _ in found):
        pairs = [steps(ladders) for (each, _), ladders in found.items() if each == name]
        kept, total = (sum(column) for column in zip(*pairs, strict=True))
        row(name, "all", "", f"{kept} of {total} ({kept / total:.3f})")


def print_routing(found: dict[tuple[str, str], list[list[Verdict]]]) -> None:
    """How many photos needed no model, and how often it would have said the same."""
    routed, model = ([v for (name, _), ls in found.items() if name == each for one in ls for v in one]
                     for each in ("metric and model", "model alone"))  # fmt: skip
    settled = [(a, b) for a, b in zip(routed, model, strict=True) if a.decided_by != "model"]
    same = sum(a.outcome is b.outcome for a, b in settled)
    milder = sum(b.outcome.rank < a.outcome.rank for a, b in settled)
    print(f"\nSettled by the metric: {len(settled)} of {len(routed)}; there the model alone says the same for {same}, "
          f"something milder for {milder}, something harsher for {len(settled) - same - milder}.\n")  # fmt: skip


def print_savings(photos: list[Photo], gate: Gate) -> None:
    """Tuned files beside fixed qualities."""
    row("codec", "passes at quality 85", "bytes at 85", "photos tuned to pass", "their bytes", "same passes at",
        "bytes there", "saved by tuning against 85", "against that quality", "files judged a photo")  # fmt: skip
    row(*["---"] * 10)
    for name, codec in ((name, CODECS[name]) for name in QUALITIES):
        tuned = [tune(photo, name, gate, tolerance=3) for photo in photos]
        passing = [one for one in tuned if one.best is not None]
        size = sum(len(one.best.data) for one in passing if one.best)
        sizes, passed = {}, {}
        for quality in (FIXED, *range(codec.best, codec.worst, -5)):
            files = [codec.encode(photo.image, quality) for photo in photos]
            sizes[quality] = sum(len(data) for data, one in zip(files, tuned, strict=True) if one.best)
            verdicts = [gate.check(photo, data, name) for photo, data in zip(photos, files, strict=True)]
            passed[quality] = sum(verdict.outcome is Outcome.PASS for verdict in verdicts)
        equal = [quality for quality in passed if passed[quality] >= len(passing)]
        fixed = min(equal, key=lambda quality: sizes[quality], default=None)
        trials = np.mean([len(one.trials) for one in tuned])
        row(name, f"{passed[FIXED]} of {len(photos)}", f"{sizes[FIXED]:,}", f"{len(passing)} of {len(photos)}",
            f"{size:,}", fixed, f"{sizes[fixed]:,}" if fixed is not None else "-", f"{1 - size / sizes[FIXED]:.0%}",
            f"{1 - size / sizes[fixed]:.0%}" if fixed is not None else "-", f"{trials:.1f}")  # fmt: skip


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--photos", type=int, default=24)
    parser.add_argument("--no-tuning", action="store_true", help="leave the last table out")
    parser.add_argument("--policy", default="web")
    parser.add_argument("--model", default="nano")
    parser.add_argument("--engine", default="auto")
    options = parser.parse_args()
    policy = policy_named(options.policy)
    alone: Policy = policy.model_copy(update={"similarity": None})
    photos = list(photographs(options.photographs, options.photos))
    with Assessor(options.model, options.engine) as assessor:
        gates = {"metric and model": Gate(policy, assessor), "model alone": Gate(alone, assessor)}
        checkpoint = assessor.fingerprint_parts["checkpoint"]
        print(f"checkpoint {checkpoint}, policy {policy.name}, {len(photos)} photographs\n")
        found = ladder(photos, gates)
        print_ladder(found)
        print_routing(found)
        if not options.no_tuning:
            print_savings(photos, gates["metric and model"])


if __name__ == "__main__":
    main()
