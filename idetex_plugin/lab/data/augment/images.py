"""New labelled images from labelled ones, such as those of ViDA-UGC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from idetex_plugin.lab.data.augment.compose import beside, picture_beside, sizes
from idetex_plugin.lab.data.augment.framing import draw_framing
from idetex_plugin.lab.data.vida.records import Labelled
from idetex_plugin.photo.load import load_photo

SCALES = (0.8, 1.25)


def augmented(
    records: Sequence[Labelled], folder: Path, copies: int, seed: int, *, compose_share: float = 0.15
) -> Iterator[tuple[Labelled, Image.Image]]:
    """Every image as it is, then `copies` of each: cropped, flipped and scaled, or at times two side by side.

    Names become images/NUMBER.png. Raises ValueError for an image whose size is not its record's, PhotoError for one
    that cannot be read.
    """
    number = 0
    for turn in range(copies + 1):
        for place, record in enumerate(records):
            rng = np.random.default_rng((seed, turn, place))
            made, image = record, load(record, folder)
            if turn and len(records) > 1 and rng.random() < compose_share:
                other = records[int(rng.integers(len(records)))]
                made, image = (
                    beside(record, other, record.image),
                    picture_beside(image, load(other, folder), sizes(record, other)),
                )
            elif turn:
                boxes = tuple(mark.box for mark in record.marks)
                framing = draw_framing(boxes, image.size, rng, scales=SCALES)
                made, image = framing.record(record), framing.picture(image)
            yield made.model_copy(update={"image": f"images/{number:06}.png"}), image
            number += 1


def load(record: Labelled, folder: Path) -> Image.Image:
    """The pixels of a record."""
    image = load_photo(folder / record.image).image
    if image.size != (record.width, record.height):
        raise ValueError(
            f"{folder / record.image} has {image.width} x {image.height} pixels, its record says "
            f"{record.width} x {record.height}"
        )
    return image
