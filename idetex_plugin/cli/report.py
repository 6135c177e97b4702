"""`idetex report`: the page that people look at."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from idetex_plugin.cli.exits import Exit, stop
from idetex_plugin.cli.outputs import check_places, is_stdout
from idetex_plugin.cli.printing import print_path

if TYPE_CHECKING:
    from idetex_plugin.runs.store import Run

PAGE_NAME = "report.html"


def command(
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="RUN...", help="Run folders.  [default: run]", show_default=False)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The page to write; - to print it, with thumbnails in it.  [default: report.html in the run]",
            show_default=False,
        ),
    ] = None,
    self_contained: Annotated[
        bool, typer.Option("--self-contained", help="Put the thumbnails into the page, to send it around.")
    ] = False,
    title: Annotated[str, typer.Option(help="The page's title.")] = "Image quality report",
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve the page instead, a part at a time: for runs of any size.")
    ] = False,
    host: Annotated[str, typer.Option(help="With --serve: the address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="With --serve: the port; 0 for any free one.")] = 8009,
) -> None:
    """Write the HTML page of a run, also while the run is being written; of several, that of their merge.

    --serve shows the run as it is when the command begins, until it is stopped; it needs the extra serve.
    """
    from idetex_plugin.cli.keeping import code_of
    from idetex_plugin.cli.several import opened
    from idetex_plugin.runs.schema import RunError

    runs = folders or [Path("run")]
    if serve and (out is not None or self_contained):
        stop("--serve writes no page: leave out --out and --self-contained")
    if len(runs) > 1 and out is None and not serve:
        stop("a page of several runs needs --out")
    check_places({"--out": out})
    try:
        with opened(runs) as run:
            if serve:
                serve_report(run, title, host, port)
                return
            if is_stdout(out):
                print_run_report(run, title)
                return
            print_path(write_run_report(run, out, self_contained=self_contained, title=title))
    except RunError as error:
        stop(error, code_of(error))
    except BrokenPipeError:
        raise
    except OSError as error:
        stop(f"the page cannot be written: {error}", Exit.STORAGE)


def serve_report(run: Run, title: str, host: str, port: int) -> None:
    """Serve the page until it is stopped. Raises RunError."""
    from idetex_plugin.words.extras import require

    try:
        require("serve", "idetex report --serve", "starlette", "uvicorn")
    except ImportError as error:
        stop(error)
    from contextlib import closing

    from idetex_plugin.cli.listening import bracketed, listening, serve_at
    from idetex_plugin.plugins.manager import get_manager
    from idetex_plugin.report.paged import PagedReport, make_app

    with listening(host, port) as at:
        typer.echo("Looking at the rows", err=True)
        with closing(PagedReport(run, vocabulary=get_manager().vocabulary())) as report:
            serve_at(at, make_app(report, title=title, host=bracketed(host)), host)


def print_run_report(run: Run, title: str) -> None:
    """Print the self-contained page of a run. Raises OSError."""
    from idetex_plugin.plugins.manager import get_manager
    from idetex_plugin.report.page import print_report

    assessments = (row.assessment for row in run.rows())
    vocabulary = get_manager().vocabulary()
    print_report(assessments, sys.stdout.buffer, photos=run.original, title=title, vocabulary=vocabulary)


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
