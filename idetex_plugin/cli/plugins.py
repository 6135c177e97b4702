"""`idetex plugins`: what is loaded, what failed, and a package to start one from."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from idetex_plugin.cli.exits import stop
from idetex_plugin.cli.printing import say

if TYPE_CHECKING:
    from rich.table import Table

    from idetex_plugin.plugins.manager import Hooks


AsJson = Annotated[bool, typer.Option("--json", help="Print the list as JSON.")]
command = typer.Typer(add_completion=False, rich_markup_mode=None)


@command.callback(invoke_without_command=True)
def plugins(context: typer.Context, as_json: AsJson = False) -> None:
    """List the plugins, or write a package to start one from."""
    if context.invoked_subcommand is None:
        list_plugins(as_json)


@command.command("list")
def list_plugins(as_json: AsJson = False) -> None:
    """List the plugins: what is loaded, from which package, with which hooks, and what failed and why.

    Everything that plugins add is asked for, so that an adder that fails is seen here. IDETEX_PLUGINS and IDETEX_BLOCK
    name plugins or packages to load alone, or not at all, separated by commas.
    """
    from idetex_plugin.cli.consoles import to_stdout
    from idetex_plugin.plugins.manager import get_manager

    hooks = get_manager()
    hooks.try_adders()
    if as_json:
        problems = [asdict(problem) for problem in hooks.problems]
        listed = [
            asdict(plugin) | {"problems": [each for each in problems if each["plugin"] == plugin.name]}
            for plugin in hooks.plugins
        ]
        typer.echo(json.dumps(listed, indent=2))
    else:
        to_stdout().print(_table(hooks))


@command.command()
def new(
    name: Annotated[str, typer.Argument(help="Small letters, digits and hyphens, such as night-sky.")],
    folder: Annotated[Path, typer.Option("--out", help="Where to put the package's folder.")] = Path(),
) -> None:
    """Write the package idetex-NAME: a plugin with two hooks, its tests, and its entry point."""
    from idetex_plugin.plugins.template import write_package

    try:
        package = write_package(name, folder)
    except (ValueError, OSError) as error:
        stop(error)
    say(str(package))
    say(f"Next: cd {shlex.quote(str(package))} && pip install -e '.[test]' && pytest && idetex plugins")


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
