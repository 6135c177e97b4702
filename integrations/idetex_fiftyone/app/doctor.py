"""The operator that says what is installed here, and repairs runs."""

from __future__ import annotations

from collections import Counter
from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types


class Doctor(foo.Operator):
    """Say which engine will run in the App's process, what is missing, and declare lost fields again."""

    @property
    def config(self) -> foo.OperatorConfig:
        """Name and label."""
        return foo.OperatorConfig(
            name="doctor",
            label="idetex: doctor",
            description="Which engine will run, what is missing, and repair of fields that another process has undone",
            icon="healing",
        )

    def execute(self, ctx: Any) -> dict[str, str]:
        """Examine and repair."""
        from idetex_fiftyone import migrate, repair, runs, truths
        from idetex_plugin.doctor import examine

        report = examine()
        names = list(runs(ctx.dataset)) if ctx.dataset else []
        for name in names:
            repair(ctx.dataset, name)
        moved = sum((migrate(ctx.dataset, name) for name in names), Counter[str]())
        lines = [f"Engine: **{report.engine or 'none can run'}** ({report.why})"]
        lines += [f"{problem.message}\n\n`{problem.command}`" for problem in report.problems]
        lines.append(f"Fields checked of {', '.join(names)}" if names else "No runs in this dataset")
        if names and moved:
            told = ", ".join(f"{count:,} {what}" for what, count in moved.items())
            lines.append(f"Moved from the runs' fields to the truth: {told}")
        if ctx.dataset and (found := truths(ctx.dataset)):
            lines.append(f"What people said is in {', '.join(f'{name}_truth and {name}_review' for name in found)}")
        return {"report": "\n\n".join(lines)}

    def resolve_output(self, ctx: Any) -> types.Property:
        """The report."""
        outputs = types.Object()
        outputs.str("report", view=types.MarkdownView())
        return types.Property(outputs, view=types.View(label="Doctor"))
