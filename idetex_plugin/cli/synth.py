"""`idetex synth`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from idetex_plugin.cli.exits import stop


def command(
    photos: Annotated[list[Path], typer.Argument(help="Clean photographs: files or folders.")],
    out: Annotated[Path, typer.Option(help="A new or empty folder.")],
    count: Annotated[int, typer.Option(min=1, help="How many images.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Decides everything.")] = 1,
    grounding: Annotated[bool, typer.Option(help="Conversations about where.")] = True,
    perception: Annotated[bool, typer.Option(help="Questions with options.")] = True,
    description: Annotated[bool, typer.Option(help="Levels and descriptions.")] = True,
) -> None:
    """Damage photographs in known ways, as training data in the ViDA-UGC format."""
    try:
        from idetex_plugin.training.synth import synthetic
    except ImportError as error:
        stop(f"synthesis needs {error.name}: pip install 'idetex-plugin[train]'")
    from idetex_plugin.sources import find_photos
    from idetex_plugin.training.augment.tell import Tasks
    from idetex_plugin.training.dataset import write_dataset

    tasks = Tasks(grounding=grounding, perception=perception, description=description)
    try:
        found = [Path(source.path) for source in find_photos(photos)]
        with typer.progressbar(length=count, label="images") as bar:
            records = write_dataset(synthetic(found, count, seed), out, seed, tasks, lambda: bar.update(1))
    except (OSError, ValueError) as error:
        stop(str(error))
    marks = sum(len(record.marks) for record in records)
    clean = sum(not record.marks for record in records)
    typer.echo(f"{len(records)} images, {marks} distortions, {clean} clean: {out}")
