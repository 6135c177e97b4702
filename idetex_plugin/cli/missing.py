"""`idetex missing`: rows whose photos are gone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from idetex_plugin.cli.keeping import faults_in_words
from idetex_plugin.cli.printing import Null, print_path
from idetex_plugin.words.counted import counted


def command(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")] = Path("run"),
    null: Null = False,
) -> None:
    """List the photos of a run whose files are not there any more, one path a line."""
    from idetex_plugin.runs.absent import missing
    from idetex_plugin.runs.store import Run

    count = 0
    with faults_in_words(), Run(folder) as run:
        for count, (_, path) in enumerate(missing(run), 1):  # noqa: B007
            print_path(path, null=null)
        typer.echo(f"{count} of {counted(len(run), 'photo')} {'is' if count == 1 else 'are'} missing", err=True)
