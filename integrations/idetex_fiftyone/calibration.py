"""How sure a checkpoint must be of a region to be believed, chosen by what people said of these photos."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from idetex_fiftyone.evaluation import Rates, reviewed
from idetex_fiftyone.fields import Fields
from idetex_fiftyone.overlap import SAME_REGION, pairs
from idetex_fiftyone.registry import runs
from idetex_fiftyone.truth.fields import DEFAULT, TruthFields
from idetex_plugin.cards.files import write_card
from idetex_plugin.cards.registry import get_card
from idetex_plugin.tasks.deciding import log_odds
from idetex_plugin.words.card import Card, Doubt
from idetex_plugin.words.vocabulary import Level

FEW = 20
"""Fewer regions to choose by than this say little."""


@dataclass(frozen=True)
class Calibration:
    """The chosen doubt, what it does to the regions it was chosen by, and the card with it.

    `before`: all that the run reported. `after`: what is left of it. `few`: whether too few regions were there to rely
    on the choice.
    """

    card: Card
    before: Rates
    after: Rates
    photos: int
    few: bool

    @property
    def doubt(self) -> Doubt:
        """What a region's confidence must be above."""
        assert self.card.doubt is not None
        return self.card.doubt

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the card as TOML, to be given as `model` to `assess`; returns the path."""
        target = Path(path)
        write_card(self.card, target)
        return target

    def __str__(self) -> str:
        bar = f"least {self.doubt.least:.2f}, clean {self.doubt.clean:g}"
        rows = [f"{self.photos:,} fully reviewed photos; doubt: {bar}"]
        for name, rates in (("before", self.before), ("after", self.after)):
            shares = (rates.precision, rates.recall)
            told = ", ".join("-" if share is None else f"{share:.3f}" for share in shares)
            rows.append(f"{name}: {rates.found:,} regions found, precision and recall {told}")
        if self.few:
            rows.append(f"Fewer than {FEW} regions were found or are there: review more photos before relying on this")
        return "\n".join(rows)


def calibrate(
    samples: Any, run: str = "idetex", name: str = DEFAULT, *, model: str | os.PathLike[str] | Card | None = None,
    beta: float = 1.0,
) -> Calibration:  # fmt: skip
    """Choose the `doubt` of the run's card that gives the best F-measure on the fully reviewed photos of a view.

    model: the run's checkpoint, as for `assess`; None for the one that the run names. beta: recall counts so many times
    as much as precision. What the run did not report cannot be chosen back, so that a run of the same card without
    doubt gives the choice its full range. Raises ValueError when no photo is fully reviewed, when the run gave no
    confidences, or when it reported nothing that is there.
    """
    view = reviewed(samples, run, name)
    given = model if model is not None else runs(samples._root_dataset)[run]["model"]
    card = given if isinstance(given, Card) else get_card(given)
    clean = card.doubt.clean if card.doubt else 0.0
    found, there = _found(view, Fields(run), TruthFields(name), clean)
    if not any(right for _, right in found):
        raise ValueError(f"run {run!r} found nothing that people say is there, so that no doubt is better than another")
    before = Rates(sum(right for _, right in found), len(found), there)
    least, after = max(_cuts(found, there), key=lambda each: (_measure(each[1], beta), -each[0]))
    new = card.model_copy(update={"doubt": Doubt(least=round(least, 4), clean=clean)})
    return Calibration(new, before, after, len(view), min(len(found), there) < FEW)


def _found(view: Any, fields: Fields, truth: TruthFields, clean: float) -> tuple[list[tuple[float, bool]], int]:
    """Of each prediction how far its log-odds lie above the photo's part of the bar, and whether it is there; and how
    many regions are there."""
    names = [f"{fields.regions}.detections", f"{truth.truth}.detections"]
    if clean:
        names.append(f"{fields.level}.probabilities")
    found, there = [], 0
    for predictions, regions, *shares in zip(*view.values(names), strict=True):
        excellent = (shares[0] or {}).get(str(Level.EXCELLENT)) if shares else None
        bar = clean * log_odds(excellent) if excellent is not None else 0.0
        right = {i for i, _ in pairs(predictions or [], regions or [], _place, SAME_REGION)}
        there += len(regions or [])
        for number, prediction in enumerate(predictions or []):
            if prediction.confidence is None:
                raise ValueError(f"run {fields.run!r} gave regions without a confidence; there is nothing to choose by")
            found.append((log_odds(prediction.confidence) - bar, number in right))
    return found, there


def _place(region: Any) -> tuple[str, Any]:
    return region.label, region.bounding_box


def _cuts(found: list[tuple[float, bool]], there: int) -> list[tuple[float, Rates]]:
    """Every bar that parts the predictions differently, and what lies above it."""
    ordered = sorted(found, reverse=True)
    cuts, right = [], 0
    for number, (value, is_right) in enumerate(ordered, 1):
        right += is_right
        below = ordered[number][0] if number < len(ordered) else value - 2.0
        if below < value:
            cuts.append(((value + below) / 2, Rates(right, number, there)))
    return cuts


def _measure(rates: Rates, beta: float) -> float:
    """F-beta, 0 where nothing is right."""
    weight = beta * beta
    return (1 + weight) * rates.right / (rates.found + weight * rates.there) if rates.right else 0.0
