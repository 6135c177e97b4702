"""`idetex plugin new`: a package to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from idetex_plugin.cli.exits import stop

command = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@command.callback()
def plugin() -> None:
    """Write a plugin package to start from."""


@command.command()
def new(
    name: Annotated[str, typer.Argument(help="Small letters, digits and hyphens, such as night-sky.")],
    folder: Annotated[Path, typer.Option("--in", help="Where to put the package's folder.")] = Path(),
) -> None:
    """Write the package idetex-NAME: a plugin with two hooks, its tests, and its entry point."""
    from idetex_plugin.plugins.template import write_package

    try:
        package = write_package(name, folder)
    except (ValueError, OSError) as error:
        stop(str(error))
    typer.echo(f"{package}\nNext: cd {package} && pip install -e '.[test]' && pytest && idetex plugins")
