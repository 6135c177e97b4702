"""`idetex synth`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from idetex_plugin.cli.dataset import Description, Grounding, Out, Perception, Seed, write
from idetex_plugin.cli.exits import stop
from idetex_plugin.cli.printing import say
from idetex_plugin.words.extras import extra


def command(
    photos: Annotated[list[Path], typer.Argument(help="Clean photographs: files or folders.")],
    out: Out,
    count: Annotated[int, typer.Option(min=1, help="How many images.")] = 100,
    seed: Seed = 1,
    grounding: Grounding = True,
    perception: Perception = True,
    description: Description = True,
) -> None:
    """Damage photographs in known ways, as training data in the ViDA-UGC format."""
    with extra("train", "idetex synth"):
        from idetex_plugin.lab.synthesis.write import synthetic
    from idetex_plugin.photo.sources import find_photos

    try:
        found = [Path(source.path) for source in find_photos(photos)]
        records = write(synthetic(found, count, seed), count, out, seed, grounding, perception, description)
    except (OSError, ValueError) as error:
        stop(error)
    marks = sum(len(record.marks) for record in records)
    clean = sum(not record.marks for record in records)
    say(f"{len(records)} images, {marks} distortions, {clean} clean: {out}")
