"""A run in numbers."""

from collections import Counter
from pathlib import Path

from made_up import half_failed, judged, many, unreadable

from idetex_plugin.runs.rows import Stamp, copy_for
from idetex_plugin.runs.store import Run
from idetex_plugin.runs.summary import summarise
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import State

CARD = Card(name="nano", title="Nano", checkpoint="embedded", dialect="nano")


def test_an_empty_run(tmp_path: Path) -> None:
    with Run.writer(tmp_path, CARD, "f", {}) as run:
        summary = summarise(run)
    assert (summary.total, summary.failed, summary.mean_score, summary.regions) == (0, 0, None, {})


def test_counts_what_was_written(tmp_path: Path) -> None:
    rows = [*many(40), unreadable("x"), half_failed("y")]
    rows.append(copy_for("z", judged("w"), "w"))
    with Run.writer(tmp_path, CARD, "f", {}) as run:
        for number, assessment in enumerate(rows):
            run.write(f"{number}", Stamp(1, 1), assessment, "w" if assessment.photo.name == "z" else None)
        summary = summarise(run)
    assert summary.total == len(rows)
    assert summary.copied == 1
    assert summary.states == Counter(assessment.state for assessment in rows)
    assert summary.levels == Counter(assessment.quality.level for assessment in rows if assessment.quality)
    assert summary.regions == Counter(
        (region.distortion, region.severity or "") for assessment in rows for region in assessment.regions
    )
    shown = Counter(name for row in rows for name in {region.distortion for region in row.regions})
    assert summary.photos_with == shown
    assert summary.damaged == sum(bool(row.regions) for row in rows)
    whole = Counter(("photo", row.failure.reason) for row in rows if row.failure)
    tasks = Counter(
        (name, status.reason)
        for row in rows
        if not row.failure
        for name, status in row.tasks.items()
        if status.state is State.FAILED
    )
    assert summary.failures == whole + tasks
