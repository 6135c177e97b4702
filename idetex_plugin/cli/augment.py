"""`idetex augment`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from idetex_plugin.cli.exits import stop


def command(
    metadata: Annotated[Path, typer.Argument(help="Records of labelled images, as of ViDA-UGC (JSON).")],
    images: Annotated[Path, typer.Option(help="The folder that holds them.")],
    out: Annotated[Path, typer.Option(help="A new or empty folder.")],
    copies: Annotated[int, typer.Option(min=0, help="Changed copies of each image beside itself.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Decides everything.")] = 1,
    grounding: Annotated[bool, typer.Option(help="Conversations about where.")] = True,
    perception: Annotated[bool, typer.Option(help="Questions with options.")] = True,
    description: Annotated[bool, typer.Option(help="Levels and descriptions.")] = True,
) -> None:
    """Multiply labelled images: crops, mirror images, pairs, and conversations about each."""
    try:
        from idetex_plugin.training.augment.images import augmented
        from idetex_plugin.training.augment.tell import Tasks
        from idetex_plugin.training.dataset import write_dataset
        from idetex_plugin.training.vida_data import read_metadata
    except ImportError as error:
        stop(f"augmentation needs {error.name}: pip install 'idetex-plugin[train]'")
    tasks = Tasks(grounding=grounding, perception=perception, description=description)
    try:
        found = read_metadata(metadata)
        with typer.progressbar(length=len(found) * (copies + 1), label="images") as bar:
            records = write_dataset(
                augmented(found, images, copies, seed), out, seed, tasks, lambda: bar.update(1)
            )  # fmt: skip
    except (OSError, ValueError) as error:
        stop(str(error))
    typer.echo(f"{len(records)} images from {len(found)}: {out}")
