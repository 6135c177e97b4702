"""Parts of forms that several operators have."""

from __future__ import annotations

from typing import Any

from fiftyone.operators import types

NO_RUN = "This dataset has no run yet: use “idetex: assess images”"


def assessed_runs(dataset: Any) -> list[str]:
    """The runs that assessed photos; others only judged compressed ones."""
    from idetex_fiftyone import runs

    return [name for name, info in runs(dataset).items() if "fingerprint" in info]


def choose_run(form: types.Object, ctx: Any) -> str | None:
    """Ask for a run and return the one that is chosen so far, or say that there is none and return None."""
    names = assessed_runs(ctx.dataset)
    if not names:
        form.view("no_run", types.Error(label=NO_RUN)).invalid = True
        return None
    form.enum("run", names, default=names[0], required=True, label="Run", view=types.DropdownView())
    return str(ctx.params.get("run") or names[0])


def choose_truth(form: types.Object, ctx: Any) -> str:
    """Ask for a truth where there are several, and return the one that is chosen so far."""
    from idetex_fiftyone import truths
    from idetex_fiftyone.truth.fields import DEFAULT

    names = truths(ctx.dataset) or [DEFAULT]
    first = DEFAULT if DEFAULT in names else names[0]
    if len(names) > 1:
        form.enum("name", names, default=first, required=True, label="Truth", view=types.DropdownView())
    return str(ctx.params.get("name") or first)


def choose_model(form: types.Object) -> None:
    """Ask for a checkpoint."""
    from idetex_plugin.plugins.manager import get_manager
    from idetex_plugin.plugins.names import Hook
    from idetex_plugin.words.card import Card

    choices = types.AutocompleteView(label="Model", description="A name, a checkpoint's folder or a card's TOML file")
    for card in get_manager().named(Hook.MODELS, Card):
        choices.add_choice(card.name, label=card.name, description=card.title)
    form.str("model", default="nano", required=True, view=choices)


def choose_engine(form: types.Object, params: dict[str, Any]) -> None:
    """Ask for an engine, and for the server's address where that is one."""
    from idetex_plugin.engines.choose import AUTO, EngineMaker
    from idetex_plugin.plugins.manager import get_manager
    from idetex_plugin.plugins.names import Hook

    names = [AUTO, *(maker.name for maker in get_manager().named(Hook.ENGINES, EngineMaker))]
    form.enum("engine", names, default=AUTO, label="Engine", view=types.DropdownView())
    if params.get("engine") == "server":
        form.str("url", label="The server's address", description="Such as http://127.0.0.1:8000", required=True)


def engine_options(params: dict[str, Any]) -> dict[str, Any]:
    """What the form says about the engine besides its name."""
    return {"url": params["url"]} if params.get("engine") == "server" else {}
