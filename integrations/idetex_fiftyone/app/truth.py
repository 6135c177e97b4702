"""The operators on what people said: how right a run is by it, a threshold chosen from it, and exports of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types

from idetex_fiftyone.app.forms import choose_run, choose_truth


class _OnTruth(foo.Operator):
    """What these operators share: a form with a run and a truth, and a text that comes out."""

    name: str
    label: str
    description: str
    icon: str

    @property
    def config(self) -> foo.OperatorConfig:
        """Name and label."""
        return foo.OperatorConfig(
            name=self.name, label=f"idetex: {self.label}", description=self.description, icon=self.icon, dynamic=True
        )

    def resolve_input(self, ctx: Any) -> types.Property:
        """The form."""
        form = types.Object()
        form.view_target(ctx, action_description=self.label.capitalize())
        if choose_run(form, ctx) is not None:
            choose_truth(form, ctx)
            self.more(form, ctx)
        return types.Property(form, view=types.View(label=self.label.capitalize()))

    def more(self, form: types.Object, ctx: Any) -> None:
        """What else the form asks."""

    def execute(self, ctx: Any) -> dict[str, str]:
        """Do it, and say how it went."""
        try:
            return {"report": self.work(ctx, ctx.target_view(), ctx.params["run"], ctx.params.get("name") or "idetex")}
        except (OSError, ValueError) as error:
            return {"report": f"**Not done**: {error}"}

    def work(self, ctx: Any, view: Any, run: str, name: str) -> str:
        """Do it; returns Markdown."""
        raise NotImplementedError

    def resolve_output(self, ctx: Any) -> types.Property:
        """The text."""
        outputs = types.Object()
        outputs.str("report", view=types.MarkdownView())
        return types.Property(outputs, view=types.View(label=self.label.capitalize()))


class Evaluate(_OnTruth):
    """How right a run is on fully reviewed photos."""

    name, label, icon = "evaluate", "evaluate a run", "balance"
    description = "Precision, recall and average precision by type on fully reviewed photos"

    def work(self, ctx: Any, view: Any, run: str, name: str) -> str:
        """Evaluate."""
        from idetex_fiftyone import evaluate

        found = evaluate(view, run, name, progress=False)
        photos, head, *rows = str(found).splitlines()
        table = [head, "|".join(["---"] * (head.count("|") + 1)), *rows]
        ctx.ops.reload_dataset()
        told = f"{photos}. The panel “Model Evaluation” shows each false alarm and each miss under **{found.key}**."
        return "\n".join([told, "", *table])


class Calibrate(_OnTruth):
    """A card with the threshold that is best for these photos."""

    name, label, icon = "calibrate", "calibrate to these photos", "tune"
    description = "Choose how sure the model must be, by what people said, and write it into a card"

    def more(self, form: types.Object, ctx: Any) -> None:
        """Where to."""
        form.str(
            "path", label="Card", description="The TOML file to write, which “assess images” takes as a model",
            default="idetex-mine.toml", required=True,
        )  # fmt: skip

    def work(self, ctx: Any, view: Any, run: str, name: str) -> str:
        """Choose and write."""
        from idetex_fiftyone import calibrate

        found = calibrate(view, run, name)
        path = found.write(Path(ctx.params["path"]).expanduser()).resolve()
        return "\n\n".join([*str(found).splitlines(), f"Written: `{path}`"])


class ExportTruth(_OnTruth):
    """What people said, in a format that other tools read."""

    name, label, icon = "export_truth", "export the truth", "output"
    description = "Fully reviewed photos with what people accepted, corrected and drew, as COCO, CVAT, YOLO or CSV"

    def more(self, form: types.Object, ctx: Any) -> None:
        """Where to, and how."""
        from idetex_fiftyone.exporting import FORMS

        form.enum("form", list(FORMS), default="coco", required=True, label="Format", view=types.DropdownView())
        form.str("folder", label="Folder", description="A new or empty one, on the App's machine", required=True)

    def work(self, ctx: Any, view: Any, run: str, name: str) -> str:
        """Export."""
        from idetex_fiftyone import export

        folder = Path(ctx.params["folder"]).expanduser().resolve()
        photos = export(view, folder, ctx.params["form"], name=name, progress=False)
        return f"{photos:,} fully reviewed photos exported to `{folder}`"
