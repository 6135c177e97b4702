"""The panel to filter and to review by: histograms, a threshold, and the regions one by one."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types

from idetex_fiftyone.app import plots
from idetex_fiftyone.app.filters import Filters
from idetex_fiftyone.app.forms import assessed_runs
from idetex_fiftyone.app.queue import waiting
from idetex_fiftyone.app.region_view import RELABEL, show_region
from idetex_fiftyone.counts import ACCEPTED, REJECTED, SCORE_STEP, Figures, figures
from idetex_fiftyone.review import Decision, relabel, say, undo

STEPS_BACK = 50
ACCEPT_ALL = "accept_regions", "Accept all shown …", "done_all"
REJECT_ALL = "reject_regions", "Reject all shown …", "remove_done"
RUNS = types.DropdownView(label="Run")
THRESHOLD = types.SliderView(
    label="Confidence", label_position="left", value_precision=2, view_multiple_of=0.05, value_label_display="auto"
)


class ReviewPanel(foo.Panel):
    """Filter the grid by what is wrong, and say of every region whether it is right."""

    @property
    def config(self) -> foo.PanelConfig:
        """Name and label."""
        return foo.PanelConfig(name="idetex_review", label="idetex review", icon="fact_check", surfaces="grid")

    def on_load(self, ctx: Any) -> None:
        """Start with the first run, everything shown."""
        names = assessed_runs(ctx.dataset)
        ctx.panel.state.runs = names
        if names and ctx.panel.state.run not in names:
            ctx.panel.set_state({"run": names[0], "filters": Filters().state(), "skipped": [], "undo": []})

    on_change_dataset = on_load

    def choose_run(self, ctx: Any) -> None:
        """Review another run."""
        ctx.panel.set_state({"run": ctx.params["value"], "skipped": [], "undo": []})
        self._filter(ctx, Filters())

    def refresh(self, ctx: Any) -> None:
        """Draw again; the histograms are counted anew if a sample has changed."""
        self.on_load(ctx)

    def click_distortion(self, ctx: Any) -> None:
        """Show the regions of one bar."""
        severity = ctx.params["trace"] if ctx.params["trace"] != plots.NO_SEVERITY else ""
        self._filter(ctx, self._filters(ctx).toggled(distortion=ctx.params["y"], severity=severity))

    def click_level(self, ctx: Any) -> None:
        """Show the photos of one level."""
        self._filter(ctx, self._filters(ctx).toggled(level=ctx.params["x"]))

    def click_score(self, ctx: Any) -> None:
        """Show the photos of one step of the score."""
        step = ctx.params["x"] // SCORE_STEP * SCORE_STEP
        self._filter(ctx, self._filters(ctx).toggled(score=step))

    def move_threshold(self, ctx: Any) -> None:
        """Show the regions that the model is at least so sure of."""
        self._filter(ctx, Filters(**{**self._filters(ctx).state(), "confidence": float(ctx.params["value"])}))

    def show_all(self, ctx: Any) -> None:
        """Choose nothing."""
        self._filter(ctx, Filters())

    def accept(self, ctx: Any) -> None:
        """The region is right."""
        self._say(ctx, ACCEPTED)

    def reject(self, ctx: Any) -> None:
        """The region is wrong."""
        self._say(ctx, REJECTED)

    def relabel(self, ctx: Any) -> None:
        """The region is right, its distortion is another."""
        region = ctx.params["path"].rpartition(RELABEL)[2]
        self._decided(ctx, relabel(ctx.dataset, ctx.panel.state.run, region, ctx.params["value"]))

    def skip(self, ctx: Any) -> None:
        """Leave the region for later."""
        ctx.panel.state.skipped = [*ctx.panel.state.skipped, ctx.params["region"]]

    def unskip(self, ctx: Any) -> None:
        """Look at the skipped regions now."""
        ctx.panel.state.skipped = []

    def undo(self, ctx: Any) -> None:
        """Take the last decision back and look at its region again."""
        *earlier, last = ctx.panel.state.undo
        undo(ctx.dataset, ctx.panel.state.run, Decision(**last))
        ctx.panel.state.undo = earlier
        ctx.ops.reload_samples()

    def open_photo(self, ctx: Any) -> None:
        """Open the region's photo."""
        ctx.ops.open_sample(id=ctx.params["sample"])

    def render(self, ctx: Any) -> types.Property:
        """The whole panel."""
        panel = types.Object()
        state = ctx.panel.state
        if not state.run:
            panel.md("No run yet. Press **`** and choose *idetex: assess images*.", name="empty")
            return types.Property(panel)
        counts, filters = figures(ctx.dataset, state.run), self._filters(ctx)
        self._head(panel, ctx, counts)
        self._histograms(panel, counts, filters)
        self._threshold(panel, filters)
        show_region(self, panel, ctx, waiting(ctx.dataset, state.run, filters, set(state.skipped)))
        return types.Property(panel, view=types.GridView(orientation="vertical", gap=1, pad=2))

    def _head(self, panel: types.Object, ctx: Any, counts: Figures) -> None:
        row = panel.h_stack("head", columns=2, align_y="center", gap=2)
        row.enum("run", ctx.panel.state.runs, default=ctx.panel.state.run, view=RUNS, on_change=self.choose_run)
        row.btn("refresh", label="Refresh", icon="refresh", on_click=self.refresh)
        done = f"{counts.reviewed:,} of {counts.total:,} regions reviewed, {counts.photos:,} photos assessed"
        bar = types.ProgressView(label=done, variant="linear")
        panel.float("done", default=counts.reviewed / counts.total if counts.total else 1.0, view=bar)

    def _histograms(self, panel: types.Object, counts: Figures, filters: Filters) -> None:
        both = plots.layout("Regions by distortion and severity", barmode="stack", showlegend=True)
        traces = plots.distortions(counts, filters)
        panel.plot(
            "distortions", data=traces, layout=both, height="220px", config=plots.STILL, on_click=self.click_distortion
        )
        row = panel.h_stack("photos", columns=2, gap=1)
        traces, look = plots.levels(counts, filters), plots.layout("Photos by level")
        row.plot("levels", data=traces, layout=look, height="140px", config=plots.STILL, on_click=self.click_level)
        traces, look = plots.scores(counts, filters), plots.layout("Photos by score")
        row.plot("scores", data=traces, layout=look, height="140px", config=plots.STILL, on_click=self.click_score)

    def _threshold(self, panel: types.Object, filters: Filters) -> None:
        panel.float(
            "confidence", min=0, max=1, default=filters.confidence, view=THRESHOLD, on_change=self.move_threshold
        )
        panel.md(f"Shown: **{filters}**", name="what")
        row = panel.btn_group("shown")
        for name, label, icon in (ACCEPT_ALL, REJECT_ALL):
            row.btn(name, label=label, icon=icon, on_click=f"{self.plugin_name}/{name}", prompt=True)
        if filters != Filters():
            row.btn("all", label="Show all", icon="filter_alt_off", on_click=self.show_all)

    def _filters(self, ctx: Any) -> Filters:
        return Filters.of(ctx.panel.state.filters)

    def _filter(self, ctx: Any, filters: Filters) -> None:
        ctx.panel.state.filters = filters.state()
        ctx.ops.set_view(filters.view(ctx.dataset, ctx.panel.state.run))

    def _say(self, ctx: Any, tag: str) -> None:
        run, region = ctx.panel.state.run, ctx.params["region"]
        say(ctx.dataset.select_labels(ids=region, fields=f"{run}_regions"), run, tag)
        self._decided(ctx, Decision([region]))

    def _decided(self, ctx: Any, decision: Decision) -> None:
        ctx.panel.state.undo = [*ctx.panel.state.undo, decision.state()][-STEPS_BACK:]
        ctx.ops.reload_samples()
