"""`idetex train`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from idetex_plugin.cli.exits import stop
from idetex_plugin.cli.printing import say, say_lines
from idetex_plugin.words.extras import extra


def command(
    recipes: Annotated[
        list[Path],
        typer.Argument(
            help="A recipe (TOML), or the name of a built-in one, such as nano-gpu; or several: each goes on from the "
            "one before, in a folder of its name."
        ),
    ],
    photos: Annotated[Path, typer.Option(help="Folder that holds the photographs of the recipe's split.")],
    out: Annotated[Path, typer.Option(help="Folder for logs, resumable checkpoints and the result.")],
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="Two steps of two samples a stage, to see that all of it runs.")
    ] = False,
) -> None:
    """Train a checkpoint from photographs. Run again, it resumes where it was stopped."""
    with extra("train", "idetex train"):
        from idetex_plugin.lab.training.train import train_in_turn
    try:
        folder = train_in_turn(recipes, photos, out, say_lines, rehearse=rehearse)
    except (OSError, ValueError) as error:
        stop(error)
    say(f"Try it: idetex assess PHOTOS --model {shlex.quote(str(folder))} --out RUN")
