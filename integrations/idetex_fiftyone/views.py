"""Saved views that people would otherwise make by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fiftyone import ViewField as F

from idetex_fiftyone.fields import Fields
from idetex_plugin.words.vocabulary import Severity


def create_views(dataset: Any, run: str = "idetex") -> list[str]:
    """Save the views of a run, over earlier ones, and return their names, which start with the run's."""
    names = []
    for name, view in _views(dataset, Fields(run)):
        names.append(f"{run}: {name}")
        dataset.save_view(names[-1], view, overwrite=True)
    return names


def _views(dataset: Any, fields: Fields) -> Iterator[tuple[str, Any]]:
    regions = fields.regions
    yield "worst first", dataset.exists(fields.score).sort_by(fields.score)
    yield "severe only", dataset.filter_labels(regions, F("severity") == Severity.SEVERE.value)
    yield (
        "needs review",
        dataset.filter_labels(regions, ~F("tags").contains("accepted") & ~F("tags").contains("rejected")),
    )
    yield "clean", dataset.exists(regions).match(F(f"{regions}.detections").length() == 0)
    yield "failed", dataset.match(F(f"{fields.status}.state") == "failed")
    for label in dataset.distinct(f"{regions}.detections.label"):
        yield label, dataset.filter_labels(regions, F("label") == label)
