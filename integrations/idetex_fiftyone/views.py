"""Saved views that people would otherwise make by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fiftyone import ViewField as F

from idetex_fiftyone.fields import Fields
from idetex_fiftyone.truth.fields import DEFAULT, TruthFields
from idetex_fiftyone.truth.meant import flat
from idetex_fiftyone.truth.sheet import FULLY, PARTLY
from idetex_plugin.words.vocabulary import Level, Severity

CONFLICTS = "conflicts"
GOOD = str(Level.GOOD), str(Level.EXCELLENT)


def create_views(dataset: Any, run: str = "idetex", *, name: str = DEFAULT) -> list[str]:
    """Save the views of a run and of the truth of this name, and return their names, which start with the run's.

    Earlier ones are replaced; somebody else's of the same name are left alone. ValueError for no such run.
    """
    if not dataset.has_sample_field(Fields(run).status):
        raise ValueError(f"there is no run {run!r}")
    saved = [_save(dataset, run, short, view) for short, view in _views(dataset, Fields(run), TruthFields(name))]
    return [title for title in saved if title]


def own_views(dataset: Any, run: str) -> list[str]:
    """The names of the saved views that were made for a run."""
    return [
        name for name in dataset.list_saved_views()
        if dataset.get_saved_view_info(name)["description"] == _mark(run)
    ]  # fmt: skip


def save_conflicts(dataset: Any, run: str) -> str:
    """Save the view of the photos where a run disagrees with people, and return its name, "" if that is taken."""
    return _save(dataset, run, CONFLICTS, _conflicts(dataset, Fields(run)))


def _save(dataset: Any, run: str, short: str, view: Any) -> str:
    name = f"{run}: {short}"
    if dataset.has_saved_view(name) and name not in own_views(dataset, run):
        return ""
    dataset.save_view(name, view, description=_mark(run), overwrite=True)
    return name


def _mark(run: str) -> str:
    return f"Made for the idetex run “{run}”"


def _conflicts(dataset: Any, fields: Fields) -> Any:
    return flat(dataset).match(F(f"{fields.status}.conflicts") > 0)


def clean(samples: Any, run: str = "idetex") -> Any:
    """The photos of a view in which the run found nothing wrong and which it calls good or excellent; where it was not
    asked for the level, those in which it found nothing."""
    fields = Fields(run)
    nothing = flat(samples).exists(fields.regions).match(F(f"{fields.regions}.detections").length() == 0)
    return nothing.match((F(f"{fields.level}.label") == None) | F(f"{fields.level}.label").is_in(GOOD))  # noqa: E711


def _views(dataset: Any, fields: Fields, truth: TruthFields) -> Iterator[tuple[str, Any]]:
    regions, state = fields.regions, F(f"{truth.review}.state")
    dataset = flat(dataset)
    yield "worst first", dataset.exists(fields.score).sort_by(fields.score)
    yield "severe only", dataset.filter_labels(regions, F("severity") == Severity.SEVERE.value)
    yield "needs review", dataset.exists(regions).match(~(state == FULLY))
    if dataset.has_sample_field(truth.review):
        yield "partly reviewed", dataset.match(state == PARTLY)
        yield "fully reviewed", dataset.match(state == FULLY)
    yield CONFLICTS, _conflicts(dataset, fields)
    yield "clean", clean(dataset, fields.run)
    yield "failed", dataset.match(F(f"{fields.status}.state") == "failed")
    yield "equal files", duplicates(dataset, fields.run)
    for label in dataset.distinct(f"{regions}.detections.label"):
        yield label, dataset.filter_labels(regions, F("label") == label)


def duplicates(samples: Any, run: str = "idetex") -> Any:
    """The photos of a view whose file is byte for byte that of another, side by side."""
    path = f"{Fields(run).status}.sha256"
    samples = flat(samples)
    counts = samples.count_values(path)
    shared = [content for content, number in counts.items() if content is not None and number > 1]
    return samples.match(F(path).is_in(shared)).sort_by(path)
