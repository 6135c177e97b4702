"""`idetex doctor`: what is installed, which engine will run, what is missing."""

from __future__ import annotations

from typing import Annotated

import typer

from idetex_plugin.cli.exits import Exit, stop


def command(
    repair: Annotated[bool, typer.Option("--fix", help="Remove packages that can only break others.")] = False,
    deep: Annotated[bool, typer.Option("--import", help="Also import vllm, which takes seconds.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say what is installed, which engine will run and why, what is missing, and the command that fixes it.

    Exit codes: 0 an engine can run, 3 none can.
    """
    from rich.console import Console

    from idetex_plugin.doctor import examine, fix, render

    report = examine(try_import=deep)
    if repair:
        try:
            for name in fix(report):
                typer.echo(f"removed {name}", err=True)
        except RuntimeError as error:
            stop(str(error), Exit.ENGINE)
        report = examine(try_import=deep)
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        Console().print(render(report))
    if not report.healthy:
        raise typer.Exit(Exit.ENGINE)
