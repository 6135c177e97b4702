"""Pictures of a bench: precision and recall by type, which type is taken for which, reliability, the ladders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from idetex_plugin.lab.evaluation.bench.cases import Set
from idetex_plugin.lab.evaluation.bench.columns import Sheet
from idetex_plugin.lab.measures.calibration import reliability
from idetex_plugin.lab.measures.table import Floats
from idetex_plugin.lab.measures.voc import curves
from idetex_plugin.words.vocabulary import DISTORTIONS, NOT_VISIBLE, VIDA, Severity

NONE = "none"


def write_plots(sheet: Sheet, folder: Path) -> list[Path]:
    """Write the pictures as PNG; gives their paths. Raises ImportError without matplotlib."""
    from matplotlib.figure import Figure

    paths = []
    for draw in (_curves, _confusion, _reliability, _ladder):
        figure = Figure(figsize=(7, 5.5), layout="constrained")
        draw(sheet, figure.subplots())
        paths.append(folder / f"{draw.__name__[1:]}.png")
        figure.savefig(paths[-1], dpi=110)
    return paths


def _curves(sheet: Sheet, axes: Any) -> None:
    mask = sheet.of(Set.SINGLE)
    found = curves(sheet.truth.where(mask[sheet.truth.images]), sheet.said.where(mask[sheet.said.images]))
    for kind in DISTORTIONS:
        curve = found.get(VIDA.names.index(kind.name))
        if curve is not None and len(curve.truths):
            axes.plot(curve.recall, curve.precision, color=kind.colour, label=f"{kind.name} ({curve.ap():.2f})")
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02), title="Single damage, IoU >= .5 (AP)")
    axes.legend(fontsize=8)


def confusion(sheet: Sheet) -> Floats:
    """(types + 1, types + 1): which type the most confident region of a single-set photo has, by what is true; the
    last row and column stand for none. Rows sum to 1, or to 0 where nothing is true."""
    names = [*VIDA.names, NONE]
    table = np.zeros((len(names), len(names)))
    for case, said in zip(sheet.cases, sheet.assessments, strict=True):
        if case.set is Set.SINGLE:
            sure = max(said.regions, key=lambda region: region.confidence or 0, default=None)
            true = case.regions[0].distortion if case.regions else NONE
            table[names.index(true), names.index(sure.distortion if sure else NONE)] += 1
    return np.asarray(table / np.maximum(table.sum(1, keepdims=True), 1))


def _confusion(sheet: Sheet, axes: Any) -> None:
    table = confusion(sheet)
    names = [*VIDA.names, NONE]
    axes.imshow(table, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right", fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    for row, column in zip(*np.nonzero(table >= 0.05), strict=True):
        shade = "white" if table[row, column] > 0.6 else "black"
        axes.text(column, row, f"{table[row, column]:.2f}", ha="center", va="center", fontsize=7, color=shade)
    axes.set(xlabel="most confident region", ylabel="true damage", title="Single damage: what is taken for what")


def _reliability(sheet: Sheet, axes: Any) -> None:
    sure = [(answer.confidence, answer.choice) for answer in sheet.answers if answer.confidence is not None]
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1)
    if sure:
        right = np.array([choice.said == choice.truth for _, choice in sure])
        found = reliability(np.array([confidence for confidence, _ in sure]), right)
        axes.plot(found.confidence, found.accuracy, marker="o", label=f"ECE {found.ece:.3f}")
        axes.legend()
    axes.set(xlabel="probability given", ylabel="share right", xlim=(0, 1), ylim=(0, 1), title="Answers")


def _ladder(sheet: Sheet, axes: Any) -> None:
    rungs = [NOT_VISIBLE, *map(str, Severity)]
    names = {case.ladder: case.regions[0].distortion for case in sheet.cases if case.ladder >= 0 and case.regions}
    scores: dict[str, list[list[float]]] = {}
    for case, said in zip(sheet.cases, sheet.assessments, strict=True):
        if case.ladder in names and said.quality and said.quality.score:
            scores.setdefault(names[case.ladder], [[] for _ in rungs])[case.rung].append(said.quality.score)
    for kind in DISTORTIONS:
        if kind.name in scores and all(scores[kind.name]):
            means = [float(np.mean(each)) for each in scores[kind.name]]
            axes.plot(rungs, means, marker="o", color=kind.colour, label=kind.name)
    axes.set(ylabel="mean score, 1-5", ylim=(1, 5), title="The same photos, more and more damaged")
    axes.legend(fontsize=8)
