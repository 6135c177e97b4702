"""`idetex fiftyone`: put the plugin into the FiftyOne App, or take it away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from idetex_plugin.cli.exits import stop
from idetex_plugin.cli.printing import say
from idetex_plugin.words.counted import counted
from idetex_plugin.words.extras import extra

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

    say(str(_do(installation.install, plugins)))
    say("Next: open the FiftyOne App and press + for the panel")


@command.command()
def uninstall(plugins: Folder = None) -> None:
    """Remove the plugin's folder. Datasets keep what was written into them."""
    from idetex_fiftyone.app import installation

    folder = _do(installation.uninstall, plugins)
    say("the plugin is not installed" if folder is None else f"removed {folder}")


@command.command()
def labels(
    dataset: Annotated[str, typer.Argument(help="The name of a dataset.")],
    field: Annotated[str, typer.Option(help="Classifications or detections that people made.")],
    out: Annotated[Path, typer.Option(help="The CSV file to write.")],
    complete: Annotated[
        str | None,
        typer.Option(
            help="A field that says whether a photo was looked at for all types.  [default: all are]",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write what people say of photos as labels for `idetex bench labelled`."""
    with extra("fiftyone", "idetex fiftyone"):
        from idetex_fiftyone.presence import write_labels
    try:
        count = write_labels(dataset, out, field, complete=complete)
    except (OSError, ValueError) as error:
        stop(error)
    say(f"labels of {counted(count, 'photo')} in {out}")


def _do(work: Callable[[Path], Path | None], plugins: Path | None) -> Path | None:
    from idetex_fiftyone.app.installation import plugins_folder

    try:
        return work(plugins_folder() if plugins is None else plugins.expanduser())
    except OSError as error:
        stop(error)
