"""The result of `idetex bench labelled` for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from idetex_plugin.lab.evaluation.bench.baselines import CLEANVISION
from idetex_plugin.lab.evaluation.bench.labelled import Found, LabelledReport
from idetex_plugin.words.vocabulary import Level

KEPT = (Level.GOOD, Level.EXCELLENT)


def markdown(report: LabelledReport) -> str:
    """Tables: what is found, beside which plain measures; the chosen thresholds; the levels."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: LabelledReport) -> Iterator[str]:
    yield f"`{report.command}`"
    yield ""
    yield (
        f"Model {report.model} (checkpoint {report.checkpoint}) on {report.engine}; {report.photos} photos, "
        f"{len(report.failed)} could not be judged, {len(report.missing)} are nowhere; scores: {report.scores}."
    )
    with_vision = any(name in one.beside for one in report.distortions for name in CLEANVISION)
    heads = ["distortion", "photos", "with it", "AUROC", "recall", "false alarms", "best plain measure"]
    if with_vision:
        heads.append("best of CleanVision")
    yield from _table(heads, (_found(one)[: len(heads)] for one in report.distortions))
    if report.wished_false_alarms is not None:
        yield ""
        yield f"Best threshold for false alarms of at most {report.wished_false_alarms:g}, chosen on these photos:"
        yield from _table(["distortion", "threshold", "recall", "false alarms"], map(_chosen, report.distortions))
    located = [one for one in report.distortions if one.boxes]
    if located:
        yield from _table(["distortion", "true boxes", "found at IoU .5"], (
            [one.distortion, str(one.boxes), f"{one.boxes_found} ({one.boxes_found / one.boxes:.3f})"]
            for one in located
        ))  # fmt: skip
    if any(one.levels_with or one.levels_without for one in report.distortions):
        yield from _table(["called good or excellent", "photos with it", "photos without"], (
            [one.distortion, _kept(one.levels_with), _kept(one.levels_without)] for one in report.distortions
        ))  # fmt: skip


def _table(heads: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield ""
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _found(one: Found) -> list[str]:
    vision = {name: value for name, value in one.beside.items() if name in CLEANVISION}
    plain = {name: value for name, value in one.beside.items() if name not in CLEANVISION}
    return [
        one.distortion, str(one.photos), str(one.positives), _bounded(one.auroc, one.auroc_interval),
        _bounded(one.recall, one.recall_interval), _bounded(one.false_alarms, one.false_alarms_interval),
        _best(plain), _best(vision),
    ]  # fmt: skip


def _chosen(one: Found) -> list[str]:
    if one.chosen is None:
        return [one.distortion, "-", "-", "-"]
    line = one.chosen
    threshold = "flag none" if line.threshold is None else f"{line.threshold:.4g}"
    return [one.distortion, threshold, _number(line.recall), _number(line.false_alarms)]


def _best(beside: Mapping[str, float]) -> str:
    if not beside:
        return "-"
    name = max(beside, key=lambda each: abs(beside[each] - 0.5))
    low = "low " if beside[name] < 0.5 else ""
    return f"{max(beside[name], 1 - beside[name]):.3f} ({low}{name.replace('_', ' ')})"


def _kept(levels: Mapping[str, int]) -> str:
    whole = sum(levels.values())
    kept = sum(levels.get(level, 0) for level in KEPT)
    return f"{kept} of {whole} ({kept / whole:.2f})" if whole else "-"


def _bounded(value: float | None, bounds: tuple[float | None, float | None]) -> str:
    return "-" if value is None else f"{value:.3f} ({_number(bounds[0])} to {_number(bounds[1])})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
