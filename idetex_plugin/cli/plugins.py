"""`idetex plugins`: what is loaded, and what failed."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from idetex_plugin.plugins.manager import Hooks


def command(as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False) -> None:
    """List the plugins: what is loaded, from which package, with which hooks, and what failed and why.

    Everything that plugins add is asked for, so that an adder that fails is seen here. IDETEX_PLUGINS and IDETEX_BLOCK
    name plugins or packages to load alone, or not at all, separated by commas.
    """
    from rich.console import Console

    from idetex_plugin.plugins.manager import get_manager

    hooks = get_manager()
    hooks.try_adders()
    if as_json:
        problems = [asdict(problem) for problem in hooks.problems]
        plugins = [
            asdict(plugin) | {"problems": [each for each in problems if each["plugin"] == plugin.name]}
            for plugin in hooks.plugins
        ]
        typer.echo(json.dumps(plugins, indent=2))
    else:
        Console().print(_table(hooks))


def _table(hooks: Hooks) -> Table:
    from rich.markup import escape
    from rich.table import Column, Table

    table = Table(Column("plugin", no_wrap=True), "package", "hooks", Column("what is wrong", overflow="fold"))
    for plugin in hooks.plugins:
        faults = [f"{each.hook} {each.message}" for each in hooks.problems if each.plugin == plugin.name]
        wrong = [f"left out: {plugin.error}"] if plugin.error else faults
        names = [hook.removeprefix("idetex_") for hook in plugin.hooks]
        table.add_row(*map(escape, (plugin.name, plugin.distribution, ", ".join(names), "\n".join(wrong))))
    return table
