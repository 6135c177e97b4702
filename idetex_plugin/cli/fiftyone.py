"""`idetex fiftyone`: put the plugin into the FiftyOne App, or take it away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from idetex_plugin.cli.exits import stop

if TYPE_CHECKING:
    from collections.abc import Callable

command = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)
Folder = Annotated[
    Path | None, typer.Option("--plugins", help="FiftyOne's plugins folder, if not the configured one.")
]


@command.callback()
def fiftyone() -> None:
    """Put the plugin into the FiftyOne App, or take it away."""


@command.command()
def install(plugins: Folder = None) -> None:
    """Write the plugin's folder, which loads this package. Again, it brings the folder up to date."""
    from idetex_fiftyone.app import installation

    typer.echo(f"{_do(installation.install, plugins)}\nNext: open the FiftyOne App and press + for the panel")


@command.command()
def uninstall(plugins: Folder = None) -> None:
    """Remove the plugin's folder. Datasets keep what was written into them."""
    from idetex_fiftyone.app import installation

    folder = _do(installation.uninstall, plugins)
    typer.echo("the plugin is not installed" if folder is None else f"removed {folder}")


def _do(work: Callable[[Path], Path | None], plugins: Path | None) -> Path | None:
    from idetex_fiftyone.app.installation import plugins_folder

    try:
        return work(plugins_folder() if plugins is None else plugins.expanduser())
    except OSError as error:
        stop(str(error))
