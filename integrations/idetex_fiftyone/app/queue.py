"""The regions that wait for a reviewer, worst first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

from idetex_fiftyone.app.filters import Filters
from idetex_plugin.words.vocabulary import Severity

AHEAD = 20
"""So many photos are looked up at once."""


@dataclass(frozen=True)
class Waiting:
    """One region and the photo it is in; box: relative x, y, width, height."""

    sample: str
    path: str
    region: str
    label: str
    severity: str
    confidence: float | None
    effect: str
    box: list[float]


def waiting(dataset: Any, run: str, filters: Filters, skipped: set[str]) -> Waiting | None:
    """The next region of the chosen ones, or None. skipped: regions that come after all others."""
    order = [filters] if filters.severity else [replace(filters, severity=name) for name in (*reversed(Severity), "")]
    found = chain.from_iterable(_regions(filters.view(dataset, run, waiting=True), run, skipped) for filters in order)
    return next(islice(found, 1), None)


def _regions(view: Any, run: str, skipped: set[str]) -> Any:
    view = view.limit(AHEAD + len(skipped)).select_fields(f"{run}_regions")
    for sample in view:
        for found in sample[f"{run}_regions"].detections:
            if found.id not in skipped:
                yield Waiting(
                    sample.id,
                    sample.filepath,
                    found.id,
                    found.label,
                    getattr(found, "severity", None) or "",
                    found.confidence,
                    getattr(found, "effect", None) or "",
                    found.bounding_box,
                )
