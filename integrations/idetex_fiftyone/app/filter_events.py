"""What the review panel's histograms, lists, threshold and tags do."""

from __future__ import annotations

from typing import Any

from idetex_fiftyone.app import plots, tabs
from idetex_fiftyone.app.filters import Filters
from idetex_fiftyone.app.scope import Scope
from idetex_fiftyone.app.tagging import tag
from idetex_fiftyone.counts import SCORE_STEP


class FilterEvents:
    """The events of the tab "Filter"."""

    def click_distortion(self, ctx: Any) -> None:
        """Show the regions of one bar."""
        severity = ctx.params["trace"] if ctx.params["trace"] != plots.NO_SEVERITY else ""
        self._toggle(ctx, distortion=ctx.params["y"], severity=severity)

    def click_level(self, ctx: Any) -> None:
        """Show the photos of one level."""
        self._toggle(ctx, level=ctx.params["y"])

    def click_score(self, ctx: Any) -> None:
        """Show the photos of one step of the score."""
        self._toggle(ctx, score=ctx.params["x"] // SCORE_STEP * SCORE_STEP)

    def choose_said(self, ctx: Any) -> None:
        """Show the regions of which people said this."""
        self._set(ctx, said=ctx.params["value"] if ctx.params["value"] != tabs.ANY else "")

    def choose_reviewed(self, ctx: Any) -> None:
        """Show the photos that are so far reviewed."""
        self._set(ctx, reviewed=ctx.params["value"] if ctx.params["value"] != tabs.ANY else "")

    def show_failed(self, ctx: Any) -> None:
        """Show the photos that could not be assessed."""
        self._toggle(ctx, state="failed")

    def move_threshold(self, ctx: Any) -> None:
        """Show the regions that the model is at least so sure of."""
        self._set(ctx, confidence=float(ctx.params["value"]))

    def remember(self, ctx: Any) -> None:
        """Keep the least confidence with the dataset."""
        kept = dict(ctx.dataset.info.get(tabs.REMEMBERED) or {})
        ctx.dataset.info[tabs.REMEMBERED] = {**kept, ctx.panel.state.run: self._scope(ctx).filters.confidence}
        ctx.dataset.save()

    def show_all(self, ctx: Any) -> None:
        """Choose nothing."""
        self._scope(ctx).choose(Filters())
        self._leave(ctx)

    def tag(self, ctx: Any) -> None:
        """Tag the selected photos, or those shown."""
        ctx.panel.state.told = tag(ctx, self._scope(ctx), give=True)

    def untag(self, ctx: Any) -> None:
        """Take the tag away from them."""
        ctx.panel.state.told = tag(ctx, self._scope(ctx), give=False)

    def _scope(self, ctx: Any) -> Scope:
        return Scope(ctx, ctx.panel.state.run, ctx.panel.state.name)

    def _toggle(self, ctx: Any, **choice: Any) -> None:
        scope = self._scope(ctx)
        scope.choose(scope.filters.toggled(**choice))
        self._leave(ctx)

    def _set(self, ctx: Any, **choice: Any) -> None:
        scope = self._scope(ctx)
        chosen = Filters(**{**scope.filters.document(), **choice})
        if chosen != scope.filters:
            scope.choose(chosen)
            self._leave(ctx)

    def _leave(self, ctx: Any) -> None:
        ctx.panel.set_state({"sample": "", "region": ""})
