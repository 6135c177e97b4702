"""A folder of training data: images, their records, conversations about them by sub-task, and a sheet to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from idetex_plugin.lab.data import phrases
from idetex_plugin.lab.data.augment.instructions import SUBTASKS, Tasks, Teller
from idetex_plugin.lab.data.contact import contact_sheet
from idetex_plugin.lab.data.vida import Conversation, Labelled, write_conversations, write_metadata

IMAGES, METADATA, SHEET = "images", "metadata.json", "contact.jpg"
CELLS = 8
SHOWN = 24
Sample = tuple[Labelled, Image.Image]


def write_dataset(
    samples: Iterable[Sample], out: Path, seed: int, tasks: Tasks | None = None, step: Callable[[], None] = lambda: None
) -> list[Labelled]:
    """Write images and all about them to an empty or new folder; gives the records. What is asked of image n is decided
    by (seed, n) and the images before it. Raises ValueError for a folder that holds anything."""
    if out.exists() and any(out.iterdir()):
        raise ValueError(f"{out} is not empty")
    (out / IMAGES).mkdir(parents=True)
    teller = Teller(tasks)
    records: list[Labelled] = []
    told: dict[str, list[Conversation]] = {name: [] for name in SUBTASKS}
    shown: list[Sample] = []
    for record, image in samples:
        image.save(out / record.image)
        rng = np.random.default_rng((seed, len(records), 1))
        for subtask, conversation in teller.conversations(record, rng, content_of(image)):
            told[subtask].append(conversation)
        records.append(record)
        if len(shown) < SHOWN:
            shown.append((record, image))
        step()
    write_metadata(out / METADATA, records)
    for subtask, conversations in told.items():
        if conversations:
            write_conversations(out / f"{subtask}.jsonl", conversations)
    contact_sheet(shown).save(out / SHEET, quality=90)
    return records


def content_of(image: Image.Image) -> str:
    """One sentence on the light and colour of an image."""
    small = image.convert("RGB").resize((CELLS, CELLS), Image.Resampling.BOX)
    return phrases.content(np.asarray(small, np.float32) / np.float32(255))
