"""The operators on whole runs: saved views, and taking a run away."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types

from idetex_fiftyone.app.forms import choose_run


class CreateQualityViews(foo.Operator):
    """Save the views that people would make by hand."""

    @property
    def config(self) -> foo.OperatorConfig:
        """Name and label."""
        return foo.OperatorConfig(
            name="create_quality_views",
            label="idetex: create quality views",
            description="Save views: worst first, needs review, conflicts, clean, failed, equal files …",
            icon="bookmarks",
        )

    def resolve_input(self, ctx: Any) -> types.Property:
        """The form."""
        form = types.Object()
        choose_run(form, ctx)
        return types.Property(form, view=types.View(label="Create quality views"))

    def execute(self, ctx: Any) -> dict[str, list[str]]:
        """Save them."""
        from idetex_fiftyone import create_views

        names = create_views(ctx.dataset, ctx.params["run"])
        ctx.ops.reload_dataset()
        ctx.ops.notify(f"{len(names)} views saved", variant="success")
        return {"views": names}


class DeleteRun(foo.Operator):
    """Take a run away."""

    @property
    def config(self) -> foo.OperatorConfig:
        """Name and label."""
        return foo.OperatorConfig(
            name="delete_run",
            label="idetex: delete run",
            description="Take away a run's fields, its views and its sidebar group; what people said stays",
            icon="delete",
            dynamic=True,
        )

    def resolve_input(self, ctx: Any) -> types.Property:
        """The form, which says what will be lost."""
        form = types.Object()
        run = choose_run(form, ctx)
        if run is not None:
            count = ctx.dataset.count(f"{run}_regions.detections")
            kept = "What people said stays in the truth"
            form.view("lost", types.Warning(label=f"With it go {count:,} predictions. {kept}"))
        return types.Property(form, view=types.View(label="Delete run"))

    def execute(self, ctx: Any) -> None:
        """Delete it."""
        from idetex_fiftyone import delete_run

        delete_run(ctx.dataset, ctx.params["run"])
        ctx.ops.clear_view()
        ctx.ops.reload_dataset()
        ctx.ops.notify(f"Run {ctx.params['run']} deleted", variant="success")
