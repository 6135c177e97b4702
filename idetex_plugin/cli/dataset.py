"""What `idetex synth` and `idetex augment` have in common: options, and writing a folder of training data."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from idetex_plugin.lab.data.dataset import Sample
    from idetex_plugin.lab.data.vida import Labelled

Out = Annotated[Path, typer.Option(help="A new or empty folder.")]
Seed = Annotated[int, typer.Option(min=0, help="Decides everything.")]
Grounding = Annotated[bool, typer.Option(help="Conversations about where.")]
Perception = Annotated[bool, typer.Option(help="Questions with options.")]
Description = Annotated[bool, typer.Option(help="Levels and descriptions.")]


def write(
    samples: Iterable[Sample], count: int, out: Path, seed: int, grounding: bool, perception: bool, description: bool
) -> list[Labelled]:
    """Write `count` samples and conversations about them, with a progress bar. Raises OSError and ValueError."""
    from idetex_plugin.lab.data.augment.instructions import Tasks
    from idetex_plugin.lab.data.dataset import write_dataset

    tasks = Tasks(grounding=grounding, perception=perception, description=description)
    with typer.progressbar(length=count, label="images") as bar:
        return write_dataset(samples, out, seed, tasks, lambda: bar.update(1))
