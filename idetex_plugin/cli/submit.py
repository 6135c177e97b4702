"""`idetex submit`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from idetex_plugin.cli.exits import stop
from idetex_plugin.cli.printing import say

SHOWN = 20


def command(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")] = Path("run"),
    out: Annotated[Path, typer.Option(help="The folder for the three files.")] = Path("submission"),
) -> None:
    """Write a run as the challenge's perception.json, grounding.json and description.json."""
    from idetex_plugin.lab.evaluation.mipi.submit import Submission
    from idetex_plugin.runs.schema import RunError
    from idetex_plugin.runs.store import Run

    submission = Submission()
    try:
        with Run(folder) as run:
            for row in run.rows():
                submission.add(row.assessment)
        submission.write(out)
    except (RunError, ValueError, OSError) as error:
        stop(error)
    for name, items in submission.files.items():
        say(f"{len(items)} items in {out / f'{name}.json'}" if items else f"no items for {name}.json")
    for refusal in submission.ledger.refusals[:SHOWN]:
        say(f"idetex: {refusal.file}: {refusal.item}: {refusal.problem}", err=True)
    if len(submission.ledger) > SHOWN:
        say(f"idetex: and {len(submission.ledger) - SHOWN} more", err=True)
