"""`idetex merge`: one run of several."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from idetex_plugin.cli.keeping import faults_in_words
from idetex_plugin.cli.printing import say
from idetex_plugin.words.counted import counted


def command(
    folders: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The run folder to write. If it holds a run, that is added to.")],
) -> None:
    """Merge runs that were assessed in parts (`idetex assess --shard`) into one.

    The runs must be of one model asked in one way. A photo gets one row, and the same content one assessment.
    """
    from idetex_plugin.runs.merge import merge

    with faults_in_words():
        count = merge(folders, out)
    say(f"{counted(count, 'photo')} of {counted(len(folders), 'run')} in {out}")
