"""The panel's histograms as Plotly traces and layouts."""

from __future__ import annotations

from typing import Any

from idetex_fiftyone.app.filters import Filters
from idetex_fiftyone.counts import FIRST_SCORE, LAST_SCORE, SCORE_STEP, Figures
from idetex_plugin.words.vocabulary import Level, Severity

SEVERITY_COLOURS = {Severity.MINOR: "#f5c542", Severity.MODERATE: "#f08030", Severity.SEVERE: "#d93025"}
UNKNOWN_COLOUR = "#888888"
LEVEL_COLOUR, SCORE_COLOUR = "#6d8fc7", "#5aa6a0"
NO_SEVERITY = "no severity"
FADED = 0.35
LEVELS = [str(level) for level in Level]
STILL = {"displayModeBar": False, "scrollZoom": False}
STACKED = {
    "barmode": "stack",
    "showlegend": True,
    "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1, "yanchor": "bottom"},
}
Trace = dict[str, Any]


def distortions(figures: Figures, chosen: Filters) -> list[Trace]:
    """Bars of regions: a bar a distortion, most frequent on top, a part a severity."""
    names = named(figures)
    known = {severity for _, severity, _ in figures.regions}
    return [
        {
            "type": "bar",
            "orientation": "h",
            "name": severity or NO_SEVERITY,
            "x": [_count(figures, name, severity) for name in names],
            "y": names,
            "hovertemplate": "%{y}, %{fullData.name}: %{x}<extra></extra>",
            "marker": {
                "color": SEVERITY_COLOURS.get(severity, UNKNOWN_COLOUR),
                "opacity": [_strength(chosen, distortion=name, severity=severity) for name in names],
            },
        }
        for severity in (*Severity, "")
        if severity in known
    ]


def named(figures: Figures) -> list[str]:
    """The distortions, least frequent first, as their bars lie from the bottom up."""
    return sorted({name for name, _, _ in figures.regions}, key=lambda name: (total(figures, name), name))


def total(figures: Figures, name: str) -> int:
    """How many regions a distortion has."""
    return sum(count for (label, _, _), count in figures.regions.items() if label == name)


def levels(figures: Figures, chosen: Filters) -> list[Trace]:
    """Lying bars of photos: a bar a level, worst at the bottom."""
    strengths = [_strength(chosen, level=name) for name in LEVELS]
    trace = _bars([figures.levels[name] for name in LEVELS], LEVELS, strengths, LEVEL_COLOUR)
    return [{**trace, "orientation": "h", "hovertemplate": "%{y}: %{x}<extra></extra>"}]


def scores(figures: Figures, chosen: Filters) -> list[Trace]:
    """Bars of photos: a bar a step of the score."""
    steps = [FIRST_SCORE + SCORE_STEP * i for i in range(round((LAST_SCORE - FIRST_SCORE) / SCORE_STEP) + 1)]
    strengths = [_strength(chosen, score=step) for step in steps]
    trace = _bars(steps, [figures.scores[step] for step in steps], strengths, SCORE_COLOUR)
    return [{**trace, "width": SCORE_STEP * 0.9, "offset": 0}]


def layout(
    title: str, *, bars: list[str] | None = None, most: int = 0, across: bool = False, stacked: bool = False
) -> dict[str, Any]:
    """A layout with this title, for a plot that is clicked and not zoomed.

    bars: every bar's name, all of which are shown. most: the longest bar, so that the other axis has whole numbers.
    across: the bars lie. stacked: their parts have names.
    """
    still = {"fixedrange": True, "title": {"text": ""}, "tickangle": 0, "tickfont": {"size": 11}, "automargin": True}
    counts = {**still, "tickformat": "d", "nticks": 5, **({"dtick": 1} if most < 5 else {}), "rangemode": "tozero"}
    names = {**still, **({"tickmode": "array", "tickvals": bars, "ticktext": bars} if bars else {"tickformat": "~g"})}
    return {
        "title": {"text": title, "font": {"size": 13}, "x": 0, "xref": "paper", "y": 0.98, "yanchor": "top"},
        "margin": {"t": 48 if stacked else 30, "l": 30, "r": 10, "b": 20},
        "dragmode": False,
        "clickmode": "event",
        "xaxis": counts if across else names,
        "yaxis": names if across else counts,
        **(STACKED if stacked else {}),
    }


def _count(figures: Figures, name: str, severity: str) -> int:
    return sum(count for (label, level, _), count in figures.regions.items() if (label, level) == (name, severity))


def _strength(chosen: Filters, **bar: Any) -> float:
    """1 for a bar that the choice contains, less for others."""
    unset = Filters()
    return 1 if all(getattr(chosen, key) in (getattr(unset, key), value) for key, value in bar.items()) else FADED


def _bars(names: list[Any], counts: list[Any], strengths: list[float], colour: str) -> Trace:
    marker = {"color": colour, "opacity": strengths}
    return {"type": "bar", "x": names, "y": counts, "marker": marker, "hovertemplate": "%{x}: %{y}<extra></extra>"}
