"""The operator that assesses photos."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types

from idetex_fiftyone.app.forms import choose_engine, choose_model, engine_options
from idetex_fiftyone.app.progress import shown
from idetex_plugin.words.card import TASKS

QUESTIONS_TO_USERS = {
    "grounding": "Where it is damaged: boxes with type and severity",
    "perception": "Questions: answers with their probabilities",
    "description": "A description, with level and score",
}


class AssessImages(foo.Operator):
    """Assess the photos of a dataset, a view or a selection, now or delegated."""

    @property
    def config(self) -> foo.OperatorConfig:
        """Name, label and how it runs."""
        return foo.OperatorConfig(
            name="assess_images",
            label="idetex: assess images",
            description="Find where photos are damaged, answer questions about them and describe them",
            icon="image_search",
            dynamic=True,
            execute_as_generator=True,
            allow_delegated_execution=True,
        )

    def resolve_input(self, ctx: Any) -> types.Property:
        """The form."""
        form = types.Object()
        form.view_target(ctx, action_description="Assess")
        form.str(
            "run",
            label="Run",
            description="The first part of the fields' names. An earlier run's name continues that run",
            default="idetex",
            required=True,
        )
        choose_model(form)
        choose_engine(form, ctx.params)
        for task in TASKS:
            form.bool(task, label=QUESTIONS_TO_USERS[task], default=True)
        if not tasks_of(ctx.params):
            form.view("no_task", types.Warning(label="Choose something to ask"))
        if ctx.params.get("perception", True):
            _questions(form, ctx.params)
        form.bool(
            "only_new",
            label="Only photos whose file this run has not assessed",
            description="New, changed, and such as failed for want of a file. What people said is kept in any case",
            default=True,
        )
        return types.Property(form, view=types.View(label="Assess images"))

    def execute(self, ctx: Any) -> Iterator[Any]:
        """Assess, with progress, then show the fields."""
        from idetex_fiftyone import assess
        from idetex_plugin.tasks.question_files import read_questions

        given = ctx.params
        path = given.get("questions_file")
        outcome = yield from shown(
            ctx,
            "Starting the engine",
            lambda progress: assess(
                ctx.target_view(),
                run=given["run"],
                model=given["model"],
                engine=given["engine"],
                tasks=tasks_of(given),
                questions=read_questions(Path(path)) if path else None,
                only_new=given.get("only_new", True),
                progress=progress,
                **engine_options(given),
            ),
        )
        if outcome is not None:
            yield ctx.ops.notify(str(outcome), variant="success")
            yield ctx.ops.reload_dataset()


def tasks_of(params: dict[str, Any]) -> tuple[str, ...]:
    """The tasks that the form's boxes name."""
    return tuple(task for task in TASKS if params.get(task, True))


def _questions(form: types.Object, params: dict[str, Any]) -> None:
    from idetex_plugin.tasks.question_files import read_questions

    field = form.str("questions_file", label="Your own questions", description="A TOML file; empty for the built-in")
    if path := params.get("questions_file"):
        try:
            read_questions(Path(path))
        except ValueError as error:
            field.invalid, field.error_message = True, str(error)
