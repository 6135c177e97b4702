"""A submission's score: the terms that can be scored, why the others cannot, and their sum."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from idetex_plugin.lab.evaluation.ledger import Ledger, Refusal
from idetex_plugin.lab.evaluation.mipi import terms
from idetex_plugin.lab.evaluation.mipi.files import MipiError, Reader
from idetex_plugin.lab.evaluation.mipi.terms import Mode
from idetex_plugin.words.record import Record

TERMS = {
    "perception accuracy": ("perception.json", "mcq.json"),
    "region mAP": ("grounding.json", "reg-p_bench.json"),
    "distortion mAP": ("grounding.json", "bench_metadata.json"),
    "description mAP": ("description.json", "bench_metadata.json"),
    "key distortion accuracy": ("description.json", "bench_metadata.json"),
    "image quality accuracy": ("description.json", "bench_metadata.json"),
}
KEY = "key distortion accuracy"


class MipiScore(Record):
    """terms: name to value 0..1, None if not scored; `unscored` says why. total: the sum of the scored ones.

    key_recall: found of true key boxes, beside the key accuracy, which is a precision. refusals: what was not readable.
    """

    mode: Mode
    terms: dict[str, float | None]
    unscored: dict[str, str]
    total: float
    key_recall: float | None
    refusals: tuple[Refusal, ...]


def score(submission: Path, truth: Path, mode: Mode = Mode.MIPI2025) -> MipiScore:
    """Score the folder of a submission against the folder of the truth. Raises MipiError naming a file.

    A term is not scored where a file of it is absent, or holds nothing to divide by.
    """
    ledger = Ledger()
    said, true = Reader(submission, ledger), Reader(truth, ledger)
    absent = {name: _absent(said, true, files) for name, files in TERMS.items()}
    if all(absent.values()):
        raise MipiError(f"nothing can be scored: {'; '.join(dict.fromkeys(absent.values()))}")
    wanted = {file for name, files in TERMS.items() if not absent[name] for file in files}
    answers = said.chosen() if "perception.json" in wanted else []
    grounded = said.grounded() if "grounding.json" in wanted else []
    described = said.described() if "description.json" in wanted else []
    options = true.options() if "mcq.json" in wanted else {}
    regions = true.region_places() if "reg-p_bench.json" in wanted else {}
    images = true.images() if "bench_metadata.json" in wanted else {}
    key_accuracy, key_recall = terms.key_distortions(images, described, mode)
    compute: dict[str, Callable[[], float | None]] = {
        "perception accuracy": lambda: terms.perception(options, answers, mode),
        "region mAP": lambda: terms.region_map(regions, grounded, mode),
        "distortion mAP": lambda: terms.distortion_map(images, grounded, mode),
        "description mAP": lambda: terms.description_map(images, described, mode),
        KEY: lambda: key_accuracy,
        "image quality accuracy": lambda: terms.image_quality(images, described, mode),
    }
    values = {name: None if absent[name] else compute[name]() for name in TERMS}
    unscored = {name: absent[name] or "nothing to score" for name, value in values.items() if value is None}
    return MipiScore(
        mode=mode,
        terms=values,
        unscored=unscored,
        total=sum(value for value in values.values() if value is not None),
        key_recall=None if absent[KEY] else key_recall,
        refusals=tuple(ledger),
    )


def _absent(said: Reader, true: Reader, files: tuple[str, str]) -> str:
    gone = [
        f"no {name} in {reader.folder}"
        for reader, name in zip((said, true), files, strict=True)
        if not reader.has(name)
    ]
    return ", ".join(gone)
