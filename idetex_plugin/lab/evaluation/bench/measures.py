"""What is read off a sheet. Each measure is a function of how often every case counts, so that it can be resampled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from idetex_plugin.lab.evaluation.bench.cases import Set
from idetex_plugin.lab.evaluation.bench.columns import Sheet
from idetex_plugin.lab.measures.bootstrap import Statistic, ratio
from idetex_plugin.lab.measures.calibration import reliability
from idetex_plugin.lab.measures.choices import OVERALL, choice_scores
from idetex_plugin.lab.measures.levels import level_scores
from idetex_plugin.lab.measures.table import Flags, Floats
from idetex_plugin.lab.measures.voc import curves, mean_ap
from idetex_plugin.words.vocabulary import VIDA, Severity

JUDGED = (Set.SINGLE, Set.MULTI, Set.CLEAN)


@dataclass(frozen=True)
class Measure:
    """One row: of `of` things; `beside` are the baselines that cost nothing, in words."""

    set: str
    name: str
    of: int
    statistic: Statistic
    beside: str = ""


def measures(sheet: Sheet) -> Iterator[Measure]:
    """All rows, in the order of the report."""
    yield from _detection(sheet, Set.SINGLE)
    yield from _by_kind(sheet)
    yield from _detection(sheet, Set.MULTI)
    clean = sheet.of(Set.CLEAN)
    flagged = sheet.counts[:, 1] > 0
    yield Measure(Set.CLEAN, "photos with a region reported", int(clean.sum()), ratio(flagged & clean, clean))
    yield from _levels(sheet)
    yield from _answers(sheet)
    yield from _ladder(sheet)


def _detection(sheet: Sheet, kind: Set) -> Iterator[Measure]:
    mask = sheet.of(kind)
    right, said, true = (sheet.counts[:, column] * mask for column in range(3))
    triplets = sheet.triplets[:, 0] * mask
    truths = int(true.sum())
    yield Measure(kind, "F1 (type, IoU >= .5)", truths, ratio(2 * right, said + true))
    yield Measure(kind, "precision", int(said.sum()), ratio(right, said))
    yield Measure(kind, "recall", truths, ratio(right, true))
    yield Measure(kind, "F1 (type, IoU >= .5, severity)", truths, ratio(2 * triplets, said + true))
    matched = sheet.matches.truth
    same = sheet.truth.severities[matched] == sheet.said.severities[sheet.matches.predicted]
    agree = np.bincount(sheet.truth.images[matched], same, len(sheet)) * mask
    beside = "chance .333"
    yield Measure(kind, "severity right on matched boxes", int(right.sum()), ratio(agree, right), beside)
    anywhere = sheet.each(
        lambda case, said: sum(each.distortion in {one.distortion for one in said.regions} for each in case.regions)
    )
    yield Measure(kind, "type reported anywhere", truths, ratio(anywhere * mask, true))
    inside = mask[sheet.truth.images], mask[sheet.said.images]
    found = curves(sheet.truth.where(inside[0]), sheet.said.where(inside[1]))
    yield Measure(kind, "AP at IoU .5, mean over types", truths, lambda weights: mean_ap(found, weights))


def _by_kind(sheet: Sheet) -> Iterator[Measure]:
    mask = sheet.of(Set.SINGLE)[sheet.truth.images]
    for code, name in enumerate(VIDA.names):
        yield _recall(sheet, mask & (sheet.truth.kinds == code), f"recall of {name}")
    for severity in Severity:
        yield _recall(sheet, mask & (sheet.truth.severities == severity.rank), f"recall of {severity}")
    whole = (sheet.truth.boxes == (0, 0, 1, 1)).all(1)
    yield _recall(sheet, mask & whole, "recall of whole frames")
    yield _recall(sheet, mask & ~whole, "recall of parts of the frame")


def _recall(sheet: Sheet, rows: Flags, name: str) -> Measure:
    all_of = np.bincount(sheet.truth.images[rows], minlength=len(sheet))
    found = np.bincount(sheet.truth.images[rows & sheet.found], minlength=len(sheet))
    return Measure(Set.SINGLE, name, int(rows.sum()), ratio(found, all_of))


def _levels(sheet: Sheet) -> Iterator[Measure]:
    mask = sheet.of(*JUDGED)
    kept = [pair for pair, use in zip(sheet.levels, mask, strict=True) if use]
    majority = level_scores([truth for truth, _ in kept], [said for _, said in kept]).majority
    steps = np.array([np.inf if said is None else abs(said.score - truth.score) for truth, said in sheet.levels])
    beside = f"majority {majority:.3f}"
    yield Measure("all", "level, exact", len(kept), ratio((steps == 0) & mask, mask), beside)
    yield Measure("all", "level, within one", len(kept), ratio((steps <= 1) & mask, mask))


def _answers(sheet: Sheet) -> Iterator[Measure]:
    mask = sheet.of(*JUDGED)
    kept = [answer for answer in sheet.answers if mask[answer.number]]
    for concern, score in choice_scores(answer.choice for answer in kept).items():
        mine = [answer for answer in kept if concern in (OVERALL, answer.choice.concern)]
        numbers = [answer.number for answer in mine]
        right = [float(answer.choice.said == answer.choice.truth) for answer in mine]
        statistic = ratio(np.bincount(numbers, right, len(sheet)), np.bincount(numbers, minlength=len(sheet)))
        beside = f"majority {score.majority:.3f}, chance {score.chance:.3f}"
        yield Measure("all", f"questions: {concern}", score.questions, statistic, beside)
    sure = [answer for answer in kept if answer.confidence is not None]
    if sure:
        number = np.array([answer.number for answer in sure])
        confidence = np.array([answer.confidence for answer in sure], np.float64)
        right_of = np.array([answer.choice.said == answer.choice.truth for answer in sure])

        def ece(weights: Floats) -> float | None:
            rows = np.repeat(np.arange(len(number)), weights[number].astype(np.int64))
            return reliability(confidence[rows], right_of[rows]).ece if len(rows) else None

        yield Measure("all", "calibration error of answers (ECE)", len(sure), ece)


def _ladder(sheet: Sheet) -> Iterator[Measure]:
    """A step goes from one severity to the next; it is right when the 1-5 score does not rise."""
    score = sheet.each(lambda _, said: said.quality.score if said.quality and said.quality.score else np.nan)
    steps, falls, drops = (np.zeros(len(sheet)) for _ in range(3))
    for number, case in enumerate(sheet.cases):
        if case.set is Set.LADDER and case.rung:
            change = score[number] - score[number - 1]
            steps[number], falls[number] = 1, change <= 0
            drops[number] = 0 if np.isnan(change) else -change
    yield Measure(Set.LADDER, "steps at which the score does not rise", int(steps.sum()), ratio(falls, steps))
    yield Measure(Set.LADDER, "mean fall of the score at a step", int(steps.sum()), ratio(drops, steps))
