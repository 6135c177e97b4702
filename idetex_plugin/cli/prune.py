"""`idetex prune`: remove rows that stand for nothing any more."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from idetex_plugin.cli.exits import stop
from idetex_plugin.cli.keeping import faults_in_words
from idetex_plugin.cli.printing import Null, print_path, say
from idetex_plugin.words.counted import counted


def command(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")] = Path("run"),
    root: Annotated[
        Path | None,
        typer.Option(help="Where the photos are now, if their folder was moved.", show_default=False, file_okay=False),
    ] = None,
    unreadable: Annotated[
        bool, typer.Option("--unreadable", help="Remove rows that cannot be read, and no others.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="Even if that leaves no row.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    null: Null = False,
) -> None:
    """Remove the rows of photos whose files are gone. The next run assesses again what turns up."""
    from idetex_plugin.runs import absent
    from idetex_plugin.runs.store import Run

    if null and unreadable:
        raise typer.BadParameter("--null is for paths, and --unreadable prints why rows cannot be read: leave one out")
    with faults_in_words(), Run.opened(folder) as run:
        if root is not None:
            run.set_root(root)
        found: list[tuple[int, Path | str]] = [*(absent.unreadable(run) if unreadable else absent.missing(run))]
        if found and len(found) == len(run) and not (everything or dry_run):
            where = f"; they were below {run.root}" if run.root else ""
            stop(f"all {len(found)} rows would be removed{where}: say --root DIR if they lie elsewhere, or --all")
        for _, gone in found:
            if isinstance(gone, Path):
                print_path(gone, null=null)
            else:
                say(gone)
        if not dry_run:
            run.remove([number for number, _ in found])
        done = "would be removed" if dry_run else "removed"
        say(f"{counted(len(found), 'row')} {done}, {len(run)} in {folder}", err=True)
