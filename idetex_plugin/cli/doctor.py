"""`idetex doctor`: what is installed, which engine will run, what is missing."""

from __future__ import annotations

from typing import Annotated

import typer

from idetex_plugin.cli.exits import Exit, stop


def command(
    repair: Annotated[bool, typer.Option("--fix", help="Remove packages that can only break others.")] = False,
    deep: Annotated[bool, typer.Option("--import", help="Also import vllm, which takes seconds.")] = False,
    model: Annotated[
        str, typer.Option(help="Examine for this model: a name, a folder, or a card's TOML file.", show_default=False)
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say what is installed, which engine will run and why, what is missing, and the command that fixes it.

    Exit codes: 0 an engine can run, 2 no such model, 3 no engine can run, or none in this process the model asked for.
    """
    from idetex_plugin.cards.registry import get_card
    from idetex_plugin.cli.consoles import to_stdout
    from idetex_plugin.doctor import card_lines, examine, fix, render
    from idetex_plugin.plugins.manager import get_manager
    from idetex_plugin.plugins.names import Hook
    from idetex_plugin.words.card import Card

    known = get_manager().named(Hook.MODELS, Card)
    try:
        which = (get_card(model, known),) if model else known
    except ValueError as error:
        stop(error)
    report = examine(try_import=deep, which=which)
    if repair:
        try:
            removed = fix(report)
        except RuntimeError as error:
            stop(error, Exit.ENGINE)
        report = examine(try_import=deep, which=which)
        for name in removed:
            typer.echo(f"removed {name}", err=True)
        concerned = [need for need in report.cards if set(need.packages) & set(removed)]
        for line in card_lines(concerned):
            typer.echo(f"It could not be imported, and is still needed:\n{line}", err=True)
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        to_stdout().print(render(report))
    if not report.healthy or (model and report.cards):
        raise typer.Exit(Exit.ENGINE)
