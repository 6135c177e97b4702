"""`idetex models`: the checkpoints that are known by name."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Print whole cards as JSON.")] = False,
    show_facts: Annotated[
        bool, typer.Option("--facts", help="Print as Markdown what is known of each, and where that is from.")
    ] = False,
) -> None:
    """List the checkpoints that are known by name. Others come from a folder or a card's TOML file."""
    from rich.markup import escape
    from rich.table import Column, Table

    from idetex_plugin.cards import page
    from idetex_plugin.cli.consoles import to_stdout
    from idetex_plugin.plugins.manager import get_manager
    from idetex_plugin.plugins.names import Hook
    from idetex_plugin.words.card import Card

    known = get_manager().named(Hook.MODELS, Card)
    if as_json:
        typer.echo(json.dumps([card.model_dump(mode="json") for card in known], indent=2))
        return
    if show_facts:
        typer.echo(f"{page.table(known)}\n\n{page.facts(known)}")
        return
    table = Table(Column("--model", no_wrap=True), "what it is", Column("checkpoint", overflow="fold"))
    for card in known:
        table.add_row(*map(escape, (card.name, card.title, card.checkpoint)))
    to_stdout().print(table)
