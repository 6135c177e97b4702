"""The parts of the review panel: its head, and the tabs to review, to filter, and about files."""

from __future__ import annotations

from typing import Any

from fiftyone.operators import types

from idetex_fiftyone.app import plots
from idetex_fiftyone.app.card_view import choose_type, show_card
from idetex_fiftyone.app.filters import NOT_REVIEWED, Filters
from idetex_fiftyone.app.keys import UNDO, Keys
from idetex_fiftyone.app.queue import ORDERS, Card
from idetex_fiftyone.app.reviewer import ask_for_reviewer
from idetex_fiftyone.app.scope import Scope
from idetex_fiftyone.app.tagging import tagging
from idetex_fiftyone.counts import UNCLEAR, WAITING, Figures
from idetex_fiftyone.truth.sheet import FULLY, PARTLY, VERDICTS
from idetex_plugin.words.counted import counted

REVIEW, FILTER, FILES = "review", "filter", "files"
TABS = {REVIEW: "Review", FILTER: "Filter", FILES: "Files and runs"}
ANY = "any"
REMEMBERED = "idetex_confidence"
"""The key of a dataset's info under which the least confidence of each run is kept."""
BAR = 26
"""Pixels of a lying bar."""
BULK = ("accept_all", "Accept", "done_all"), ("reject_all", "Reject", "remove_done")


def head(panel: Any, parts: types.Object, ctx: Any, counts: Figures, scope: Scope) -> None:
    """Which part, which run, and how far the work is in the photos that are meant."""
    state = ctx.panel.state
    row = parts.h_stack("head", gap=2, align_y="center")
    choice = types.TabsView()
    for name, label in TABS.items():
        choice.add_choice(name, label=label)
    row.str("tab", default=state.tab, view=choice, on_change=panel.choose_tab)
    if len(state.runs) > 1:
        row.enum("run", state.runs, default=state.run, view=types.DropdownView(), on_change=panel.choose_run)
    row.btn("refresh", label="Refresh", icon="refresh", on_click=panel.refresh)
    where = "the dataset" if scope.whole else "this view"
    open_photos = counts.reviewed[""] + counts.reviewed[PARTLY]
    words = (
        f"{counted(counts.samples, 'photo')} of {where}: {counts.reviewed[FULLY]:,} fully reviewed, "
        f"{open_photos:,} open · "
        f"{counts.decided:,} of {counted(counts.total, 'region')} decided, {counts.waiting:,} waiting"
    )
    if new := counts.samples - counts.states.total():
        words += f" · **{counted(new, 'photo')} not assessed**"
    if scope.filters != Filters():
        words += f" · shown: **{scope.filters}**"
    parts.md(words, name="progress")


def review(panel: Any, keys: Keys, parts: types.Object, ctx: Any, card: Card | None, wanted: str) -> None:
    """One photo after the other. wanted: the id of the region to ask about."""
    state = ctx.panel.state
    region = None
    if card is None:
        parts.md("Every photo of this view and order is reviewed or left for later.", name="none")
        row = parts.btn_group("more")
        if state.skipped:
            row.btn("unskip", label=f"Look at the {len(state.skipped)} left for later", on_click=panel.unskip)
        keys.button(row, "undo", "Undo", UNDO, "undo")
    else:
        region = card.region(wanted)
        show_card(keys, parts, card, region, card.sheet.state == FULLY)
    row = parts.h_stack("settings", gap=2, align_y="center")
    if card is not None and region is not None:
        choose_type(panel, keys, row, card, region)
    orders = types.DropdownView(label="Order")
    for name, label in ORDERS.items():
        orders.add_choice(name, label=label)
    row.enum("order", list(ORDERS), default=state.order, view=orders, on_change=panel.choose_order)
    ask_for_reviewer(row)
    if state.told:
        parts.md(f"Last: {state.told}", name="last")


def filters(
    panel: Any, keys: Keys, parts: types.Object, ctx: Any, counts: Figures, counts_shown: Figures, scope: Scope
) -> None:
    """Histograms of the user's view, of which a click filters the grid and the queue, and what is done at once to the
    regions that are left."""
    chosen = scope.filters
    names = plots.named(counts)
    most = max((plots.total(counts, each) for each in names), default=0)
    look = plots.layout("Regions by distortion and severity", bars=names, most=most, across=True, stacked=True)
    height = f"{max(120, 80 + BAR * len(names))}px"
    traces = plots.distortions(counts, chosen)
    parts.plot(
        "distortions", data=traces, layout=look, height=height, config=plots.STILL, on_click=panel.click_distortion
    )
    row = parts.h_stack("photos", columns=2, gap=1)
    look = plots.layout("Photos by level", bars=plots.LEVELS, most=max(counts.levels.values(), default=0), across=True)
    traces = plots.levels(counts, chosen)
    row.plot("levels", data=traces, layout=look, height="140px", config=plots.STILL, on_click=panel.click_level)
    look = plots.layout("Photos by score", most=max(counts.scores.values(), default=0))
    traces = plots.scores(counts, chosen)
    row.plot("scores", data=traces, layout=look, height="140px", config=plots.STILL, on_click=panel.click_score)
    row = parts.h_stack("choices", gap=2, align_y="center")
    _choice(row, "said", "Regions", [WAITING, *VERDICTS, UNCLEAR], chosen.said, panel.choose_said)
    _choice(row, "reviewed", "Photos reviewed", [NOT_REVIEWED, PARTLY, FULLY], chosen.reviewed, panel.choose_reviewed)
    parts.md(f"Confidence from **{chosen.confidence:.2f}**", name="least")
    slider = types.SliderView(value_precision=2, view_multiple_of=0.05, value_label_display="auto")
    parts.float("confidence", min=0, max=1, default=chosen.confidence, view=slider, on_change=panel.move_threshold)
    _thresholds(panel, parts, ctx, chosen.confidence)
    row = parts.btn_group("shown")
    waiting = counts_shown.waiting
    for name, verb, icon in BULK:
        label = f"{verb} the {waiting:,} waiting of {counted(counts_shown.total, 'region')} shown"
        row.btn(name, label=label, icon=icon, on_click=getattr(panel, name), disabled=not waiting)
    tagging(panel, parts, ctx, scope)
    row = parts.btn_group("all")
    keys.button(row, "undo", "Undo", UNDO, "undo", icon="undo")
    if chosen != Filters():
        row.btn("show_all", label="Show all", icon="filter_alt_off", on_click=panel.show_all)
    if ctx.panel.state.told:
        parts.md(f"Last: {ctx.panel.state.told}", name="last")


def files(panel: Any, parts: types.Object, ctx: Any, counts: Figures) -> None:
    """What the run has not looked at, what failed, and where it disagrees with people."""
    new = counts.samples - counts.states.total()
    lines = [f"{counts.states.total():,} of {counted(counts.samples, 'photo')} assessed"]
    if new:
        lines.append(f"**{counted(new, 'new photo')}** {'waits' if new == 1 else 'wait'} for “idetex: assess images”")
    if counts.states["failed"]:
        lines.append(f"{counts.states['failed']:,} failed; why is in the field {ctx.panel.state.run}_status.message")
    if counts.conflicts:
        lines.append(f"In {counted(counts.conflicts, 'photo')} the last run disagrees with what people said")
    if ctx.panel.state.fresh:
        lines.append(f"On disk: **{ctx.panel.state.fresh}**")
    parts.md("\n\n".join(lines), name="files")
    row = parts.btn_group("files_buttons")
    row.btn("scan", label="Look for new and changed files", icon="search", on_click=panel.scan)
    row.btn(
        "assess", label="Assess images …", icon="image_search", prompt=True,
        on_click=f"{panel.plugin_name}/assess_images",
    )  # fmt: skip
    if counts.states["failed"]:
        row.btn("failed", label="Show failed photos", icon="error", on_click=panel.show_failed)


def _thresholds(panel: Any, parts: types.Object, ctx: Any, least: float) -> None:
    """Keep the least confidence with the dataset, and come back to the kept one."""
    kept = remembered(ctx.dataset, ctx.panel.state.run)
    row = parts.btn_group("thresholds")
    if least and least != kept:
        row.btn("remember", label=f"Remember {least:.2f} for this run", icon="push_pin", on_click=panel.remember)
    if kept is not None and least != kept:
        row.btn(
            "use", label=f"Use the remembered {kept:.2f}", icon="history", on_click=panel.move_threshold,
            params={"value": kept},
        )  # fmt: skip


def remembered(dataset: Any, run: str) -> float | None:
    """The least confidence that is kept for a run."""
    kept: float | None = (dataset.info.get(REMEMBERED) or {}).get(run)
    return kept


def _choice(parts: types.Object, name: str, label: str, values: list[str], chosen: str, on_change: Any) -> None:
    view = types.DropdownView(label=label)
    for value in (ANY, *values):
        view.add_choice(value, label=value)
    parts.enum(name, [ANY, *values], default=chosen or ANY, view=view, on_change=on_change)
