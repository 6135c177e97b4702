"""`idetex report`: the page that people look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from idetex_plugin.cli.exits import stop

if TYPE_CHECKING:
    from idetex_plugin.runs.store import Run

PAGE_NAME = "report.html"


def command(
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="RUN...", help="Run folders.  [default: run]", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The page to write.  [default: report.html in the run]", show_default=False)
    ] = None,
    self_contained: Annotated[
        bool, typer.Option("--self-contained", help="Put the thumbnails into the page, to send it around.")
    ] = False,
    title: Annotated[str, typer.Option(help="The page's title.")] = "Image quality report",
) -> None:
    """Write the HTML page of a run, also while the run is being written; of several, that of their merge."""
    from idetex_plugin.cli.keeping import code_of
    from idetex_plugin.cli.several import opened
    from idetex_plugin.runs.schema import RunError

    runs = folders or [Path("run")]
    if len(runs) > 1 and out is None:
        stop("a page of several runs needs --out")
    try:
        with opened(runs) as run:
            typer.echo(write_run_report(run, out, self_contained=self_contained, title=title))
    except RunError as error:
        stop(str(error), code_of(error))
    except OSError as error:
        stop(f"the page cannot be written: {error}")


def write_run_report(
    run: Run, out: Path | None = None, *, self_contained: bool = False, title: str = "Image quality report"
) -> Path:
    """Write the page of a run, by default into its folder; returns its path. Raises OSError."""
    from idetex_plugin.plugins.manager import get_manager
    from idetex_plugin.report.page import write_report

    return write_report(
        (row.assessment for row in run.rows()),
        out or run.folder / PAGE_NAME,
        photos=run.original,
        title=title,
        self_contained=self_contained,
        vocabulary=get_manager().vocabulary(),
    )
