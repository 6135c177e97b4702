"""The operators that accept and reject regions: the selected ones, those of selected photos, or all of a view."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types

from idetex_fiftyone.app.forms import choose_run, choose_truth
from idetex_fiftyone.app.reviewer import reviewer
from idetex_fiftyone.counts import figures
from idetex_fiftyone.truth.fields import DEFAULT
from idetex_fiftyone.truth.meant import meant
from idetex_fiftyone.truth.review import Review
from idetex_fiftyone.truth.sheet import ACCEPTED, REJECTED
from idetex_plugin.words.counted import counted

LABELS, PHOTOS, VIEW = "labels", "photos", "view"
TARGETS = {LABELS: "The selected regions", PHOTOS: "Regions of the selected photos", VIEW: "All regions of the view"}


class _Say(foo.Operator):
    """What both operators share."""

    verdict: str
    verb: str
    icon: str

    @property
    def config(self) -> foo.OperatorConfig:
        """Name and label."""
        return foo.OperatorConfig(
            name=f"{self.verb.lower()}_regions",
            label=f"idetex: {self.verb.lower()} regions",
            description=f"Say that regions are {self.verdict}, as far as they wait for a decision",
            icon=self.icon,
            dynamic=True,
        )

    def resolve_input(self, ctx: Any) -> types.Property:
        """The form: which run, and which of its regions."""
        form = types.Object()
        run = choose_run(form, ctx)
        if run is not None:
            name = choose_truth(form, ctx)
            target = _targets(ctx)
            form.enum("target", target.values(), default=target.values()[0], required=True, view=target)
            counts = figures(_view(ctx, run), run, name)
            words = f"{self.verb} the {counts.waiting:,} waiting of {counted(counts.total, 'region')}"
            form.view("count", types.Notice(label=f"{words}. “idetex: undo” takes it back"))
        return types.Property(form, view=types.View(label=f"{self.verb} regions"))

    def execute(self, ctx: Any) -> dict[str, Any]:
        """Say it."""
        run = ctx.params["run"]
        review = Review(ctx.dataset, ctx.params.get("name") or DEFAULT, reviewer(ctx))
        action = review.say(meant(_view(ctx, run), run), run, self.verdict)
        ctx.ops.notify(str(action), variant="success")
        ctx.ops.reload_samples()
        return {"regions": action.regions, "action": action.id}


class AcceptRegions(_Say):
    """These regions are right."""

    verdict, verb, icon = ACCEPTED, "Accept", "done_all"


class RejectRegions(_Say):
    """These regions are wrong."""

    verdict, verb, icon = REJECTED, "Reject", "remove_done"


class Undo(foo.Operator):
    """Take the last action back, whichever it was."""

    @property
    def config(self) -> foo.OperatorConfig:
        """Name and label."""
        return foo.OperatorConfig(
            name="undo",
            label="idetex: undo",
            description="Take back your last decision, or all that were made at once",
            icon="undo",
        )

    def resolve_input(self, ctx: Any) -> types.Property:
        """The form."""
        form = types.Object()
        choose_truth(form, ctx)
        return types.Property(form, view=types.View(label="Undo"))

    def execute(self, ctx: Any) -> None:
        """Take it back."""
        undone = Review(ctx.dataset, ctx.params.get("name") or DEFAULT, reviewer(ctx)).undo()
        ctx.ops.notify(str(undone) if undone else "Nothing to undo", variant="success" if undone else "info")
        ctx.ops.reload_samples()


def _targets(ctx: Any) -> types.RadioGroup:
    group = types.RadioGroup(label="Which")
    usable = {LABELS: ctx.selected_labels, PHOTOS: ctx.selected, VIEW: True}
    for name, label in TARGETS.items():
        if usable[name]:
            group.add_choice(name, label=label)
    return group


def _view(ctx: Any, run: str) -> Any:
    """The view whose regions are meant. Regions that the view hides are not."""
    target = ctx.params.get("target") or _targets(ctx).values()[0]
    if target == LABELS:
        return ctx.dataset.select_labels(labels=ctx.selected_labels, fields=f"{run}_regions")
    return ctx.view.select(ctx.selected) if target == PHOTOS else ctx.view
