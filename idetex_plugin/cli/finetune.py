"""`idetex finetune`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from idetex_plugin.cli.exits import stop
from idetex_plugin.cli.printing import say, say_lines
from idetex_plugin.words.extras import extra


def command(
    recipe: Annotated[Path, typer.Argument(help="A recipe (TOML), or the name of a built-in one: qwen2-vl, qwen3-vl.")],
    data: Annotated[Path, typer.Option(help="Folder with conversations, a JSON-lines file for each sub-task.")],
    out: Annotated[Path, typer.Option(help="Folder for resumable states, the adapter and the merged checkpoint.")],
    images: Annotated[
        Path | None, typer.Option(help="Folder below which the images are; by default that of the data.")
    ] = None,
) -> None:
    """Tune a large checkpoint with adapters. Run again, it resumes where it was stopped."""
    with extra("train", "idetex finetune"):
        import peft  # noqa: F401

        from idetex_plugin.lab.training.finetune.config import read_finetune
        from idetex_plugin.lab.training.finetune.run import finetune
    try:
        folder = finetune(read_finetune(recipe), data, images or data, out, say_lines)
    except (OSError, ValueError) as error:
        stop(error)
    say(f"Try it: idetex assess PHOTOS --model {shlex.quote(str(folder))} --out RUN")
