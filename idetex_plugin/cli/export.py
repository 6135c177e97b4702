"""`idetex export`: a run's rows for other programs."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from idetex_plugin.cli.exits import Exit, stop
from idetex_plugin.cli.printing import say


class Format(StrEnum):
    """File formats of an export."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class RowKind(StrEnum):
    """What a line of an export is."""

    PHOTOS = "photos"
    REGIONS = "regions"
    ANSWERS = "answers"
    DUPLICATES = "duplicates"


def command(
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="RUN...", help="Run folders.  [default: run]", show_default=False)
    ] = None,
    out: Annotated[Path, typer.Option(help="The file to write; - for standard output.")] = Path("-"),
    format_name: Annotated[Format, typer.Option("--format", help="The file format.")] = Format.JSONL,
    rows: Annotated[RowKind, typer.Option(help="What a line is.")] = RowKind.PHOTOS,
) -> None:
    """Export the rows of a run: flat columns to query, and each photo's whole assessment as JSON.

    Of several runs, those of their merge.
    """
    from idetex_plugin.cli.keeping import code_of
    from idetex_plugin.cli.several import opened
    from idetex_plugin.runs.export import export
    from idetex_plugin.runs.schema import RunError
    from idetex_plugin.words.whole_file import whole_file

    try:
        with opened(folders or [Path("run")]) as run:
            if str(out) == "-":
                export(run, rows, format_name, sys.stdout.buffer)
                return
            with whole_file(out) as file:
                count = export(run, rows, format_name, file)
            say(f"{count} {rows} in {out}", err=True)
    except RunError as error:
        stop(error, code_of(error))
    except BrokenPipeError:
        raise
    except OSError as error:
        stop(f"{out} cannot be written: {error}", Exit.STORAGE)
