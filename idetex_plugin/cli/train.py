"""`idetex train`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from idetex_plugin.cli.exits import stop


def command(
    recipe: Annotated[Path, typer.Argument(help="The recipe, a TOML file; the package has its own checkpoint's.")],
    photos: Annotated[Path, typer.Option(help="Folder that holds the photographs of the recipe's split.")],
    out: Annotated[Path, typer.Option(help="Folder for logs, resumable checkpoints and the result.")],
) -> None:
    """Train a checkpoint from photographs. Run again, it resumes where it was stopped."""
    try:
        from idetex_plugin.training.config import read_config
        from idetex_plugin.training.train import train
    except ImportError as error:
        stop(f"training needs {error.name}: pip install 'idetex-plugin[train]'")
    try:
        config, digest = read_config(recipe)
        folder = train(config, digest, photos, out, typer.echo)
    except (OSError, ValueError) as error:
        stop(str(error))
    typer.echo(f"Try it: idetex assess PHOTOS --model {folder} --out RUN")
