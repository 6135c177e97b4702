"""The summary of a run as tables for people, and as JSON for programs."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from idetex_plugin.runs.summary import Summary
from idetex_plugin.words.counted import counted
from idetex_plugin.words.vocabulary import Severity


def print_summary(summary: Summary, console: Console) -> None:
    """Levels, distortions by severity, and failures by reason; tables without rows are left out."""
    if summary.levels:
        mean = "" if summary.mean_score is None else f", mean score {summary.mean_score:.2f} of 5"
        _print(console, f"Quality of {counted(sum(summary.levels.values()), 'photo')}{mean}", _levels(summary))
    if summary.regions:
        _print(console, f"Damaged regions on {counted(summary.damaged, 'photo')}", _distortions(summary))
    if summary.failures:
        _print(console, f"Failures on {counted(summary.failed, 'photo')}", _failures(summary))


def summary_json(summary: Summary) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "photos": summary.total,
        "states": dict(summary.states),
        "failed": summary.failed,
        "copied": summary.copied,
        "levels": dict(summary.levels),
        "mean_score": summary.mean_score,
        "regions": [
            {"distortion": distortion, "severity": severity or None, "regions": count}
            for (distortion, severity), count in summary.regions.items()
        ],
        "failures": [
            {"what": what, "reason": reason, "photos": count} for (what, reason), count in summary.failures.items()
        ],
    }


def _print(console: Console, title: str, table: Table) -> None:
    console.print(title, style="bold", highlight=False)
    console.print(table)


def _levels(summary: Summary) -> Table:
    table = _table("level", "photos")
    for level, count in summary.levels.items():
        table.add_row(str(level), str(count))
    return table


def _distortions(summary: Summary) -> Table:
    severities = [str(severity) for severity in Severity]
    if any(not severity for _, severity in summary.regions):
        severities.append("")
    table = _table("distortion", "photos", *(name or "severity unknown" for name in severities))
    for distortion, photos in summary.photos_with.items():
        counts = (summary.regions.get((distortion, severity), 0) for severity in severities)
        table.add_row(escape(distortion), str(photos), *(str(count or "") for count in counts))
    return table


def _failures(summary: Summary) -> Table:
    table = _table("what", "reason", "photos")
    for (what, reason), count in sorted(summary.failures.items(), key=lambda item: -item[1]):
        table.add_row(what, reason, str(count))
    return table


def _table(*columns: str) -> Table:
    table = Table()
    for column in columns:
        numeric = column not in ("level", "distortion", "what", "reason")
        table.add_column(column, justify="right" if numeric else "left")
    return table
