"""The operator that judges compressed photos by their originals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.operators import types

from idetex_fiftyone.app.forms import choose_engine, choose_model, engine_options
from idetex_fiftyone.app.progress import shown


class GateCompressed(foo.Operator):
    """Judge compressed photos under a policy, now or delegated."""

    @property
    def config(self) -> foo.OperatorConfig:
        """Name, label and how it runs."""
        return foo.OperatorConfig(
            name="gate_compressed",
            label="idetex: gate compressed photos",
            description="Compare compressed photos with their originals and say which may ship",
            icon="compare",
            dynamic=True,
            execute_as_generator=True,
            allow_delegated_execution=True,
        )

    def resolve_input(self, ctx: Any) -> types.Property:
        """The form."""
        from idetex_plugin.gating.policies import profiles

        form = types.Object()
        form.view_target(ctx, action_description="Judge")
        paths = list(ctx.dataset.get_field_schema(ftype=fo.StringField))
        form.enum("original", paths, required=True, label="Originals", description="The field with their paths")
        form.enum("compressed", paths, required=True, label="Compressed photos", default="filepath")
        policy = types.AutocompleteView(label="Policy", description="A name or a TOML file")
        for name in profiles():
            policy.add_choice(name, label=name)
        form.str("policy", default="web", required=True, view=policy)
        form.str(
            "run", label="Run", description="Verdicts go to the field <run>_verdict", default="idetex", required=True
        )
        choose_model(form)
        choose_engine(form, ctx.params)
        return types.Property(form, view=types.View(label="Gate compressed photos"))

    def execute(self, ctx: Any) -> Iterator[Any]:
        """Judge, with progress, then show the verdicts."""
        from idetex_fiftyone import assess_pairs

        given = ctx.params
        outcomes = yield from shown(
            ctx,
            "Judging",
            lambda progress: assess_pairs(
                ctx.target_view(),
                given["original"],
                given["compressed"],
                given["policy"],
                run=given["run"],
                model=given["model"],
                engine=given["engine"],
                progress=progress,
                **engine_options(given),
            ),
        )
        if outcomes is not None:
            words = ", ".join(f"{count:,} {name}" for name, count in outcomes.most_common())
            yield ctx.ops.notify(words or "No photos to judge", variant="success")
            yield ctx.ops.reload_dataset()
