"""Whether vLLM and transformers say the same of the same photos. Prints a Markdown table.

    python benchmarks/parity.py PHOTOS [--photos 50] [--model nano]

For float32 and bfloat16: the share of photos whose regions, answers, level and description are the same in both
engines, and the largest difference between the probabilities of any option.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from idetex_plugin import Assessment, Assessor, find_photos


def assessments(model: str, engine: str, dtype: str, paths: Sequence[str]) -> list[Assessment]:
    """One assessment a path, in order."""
    with Assessor(model, engine, dtype=dtype) as assessor:
        found = dict(assessor.stream(enumerate(paths)))
    return [found[number] for number in range(len(paths))]


def said(assessment: Assessment) -> dict[str, object]:
    """What is compared, without probabilities."""
    return {
        "regions": [(r.distortion, r.severity, r.box) for r in assessment.regions],
        "answers": [(answer.name, answer.choice) for answer in assessment.answers],
        "level": assessment.quality and assessment.quality.level,
        "description": assessment.description,
    }


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--photos", type=int, default=50)
    parser.add_argument("--model", default="nano")
    options = parser.parse_args()
    found = [source.path for source in find_photos(options.paths)]
    paths = found[:: max(1, len(found) // options.photos)][: options.photos]
    print("| numbers | photos | regions | answers | level | description | largest difference of a probability |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for dtype in ("float32", "bfloat16"):
        pairs = list(
            zip(*(assessments(options.model, engine, dtype, paths) for engine in ("vllm", "transformers")), strict=True)
        )
        same = [{part: first == said(other)[part] for part, first in said(one).items()} for one, other in pairs]
        shares = [f"{sum(row[part] for row in same) / len(same):.2f}" for part in same[0]]
        gap = max(
            abs(share - other.probabilities[option])
            for one, two in pairs
            for answer, other in zip(one.answers, two.answers, strict=True)
            for option, share in answer.probabilities.items()
        )
        print(f"| {dtype} | {len(paths)} | {' | '.join(shares)} | {gap:.1e} |", flush=True)


if __name__ == "__main__":
    main()
