"""The operators that accept and reject regions: the selected ones, those of selected photos, or all of a view."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types

from idetex_fiftyone.app.forms import choose_run
from idetex_fiftyone.counts import ACCEPTED, REJECTED
from idetex_fiftyone.review import say

LABELS, PHOTOS, VIEW = "labels", "photos", "view"
TARGETS = {LABELS: "The selected regions", PHOTOS: "Regions of the selected photos", VIEW: "All regions of the view"}


class _Say(foo.Operator):
    """What both operators share."""

    tag: str
    verb: str
    icon: str

    @property
    def config(self) -> foo.OperatorConfig:
        """Name and label."""
        return foo.OperatorConfig(
            name=f"{self.verb.lower()}_regions",
            label=f"idetex: {self.verb.lower()} regions",
            description=f"Tag regions as {self.tag}",
            icon=self.icon,
            dynamic=True,
        )

    def resolve_input(self, ctx: Any) -> types.Property:
        """The form: which run, and which of its regions."""
        form = types.Object()
        run = choose_run(form, ctx)
        if run is not None:
            target = _targets(ctx)
            form.enum("target", target.values(), default=target.values()[0], required=True, view=target)
            count = _regions(ctx, run).count(f"{run}_regions.detections")
            form.view("count", types.Notice(label=f"{self.verb} {count:,} regions"))
        return types.Property(form, view=types.View(label=f"{self.verb} regions"))

    def execute(self, ctx: Any) -> dict[str, int]:
        """Tag them."""
        count = say(_regions(ctx, ctx.params["run"]), ctx.params["run"], self.tag)
        ctx.ops.notify(f"{count:,} regions {self.tag}", variant="success")
        ctx.ops.reload_samples()
        return {"regions": count}


class AcceptRegions(_Say):
    """These regions are right."""

    tag, verb, icon = ACCEPTED, "Accept", "done_all"


class RejectRegions(_Say):
    """These regions are wrong."""

    tag, verb, icon = REJECTED, "Reject", "remove_done"


def _targets(ctx: Any) -> types.RadioGroup:
    group = types.RadioGroup(label="Which")
    usable = {LABELS: ctx.selected_labels, PHOTOS: ctx.selected, VIEW: True}
    for name, label in TARGETS.items():
        if usable[name]:
            group.add_choice(name, label=label)
    return group


def _regions(ctx: Any, run: str) -> Any:
    """The view whose regions are meant. Regions that the view hides are not."""
    target = ctx.params.get("target") or _targets(ctx).values()[0]
    if target == LABELS:
        return ctx.dataset.select_labels(labels=ctx.selected_labels, fields=f"{run}_regions")
    return ctx.view.select(ctx.selected) if target == PHOTOS else ctx.view
