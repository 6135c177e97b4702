"""`idetex augment`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from idetex_plugin.cli.dataset import Description, Grounding, Out, Perception, Seed, write
from idetex_plugin.cli.exits import stop
from idetex_plugin.cli.printing import say


def command(
    metadata: Annotated[Path, typer.Argument(help="Records of labelled images, as of ViDA-UGC (JSON).")],
    images: Annotated[Path, typer.Option(help="The folder that holds them.")],
    out: Out,
    copies: Annotated[int, typer.Option(min=0, help="Changed copies of each image beside itself.")] = 1,
    seed: Seed = 1,
    grounding: Grounding = True,
    perception: Perception = True,
    description: Description = True,
) -> None:
    """Multiply labelled images: crops, mirror images, pairs, and conversations about each."""
    from idetex_plugin.lab.data.augment.images import augmented
    from idetex_plugin.lab.data.vida import read_metadata

    try:
        found = read_metadata(metadata)
        samples, count = augmented(found, images, copies, seed), len(found) * (copies + 1)
        records = write(samples, count, out, seed, grounding, perception, description)
    except (OSError, ValueError) as error:
        stop(error)
    say(f"{len(records)} images from {len(found)}: {out}")
