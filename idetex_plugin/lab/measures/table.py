"""Labelled boxes of many images as columns, the input of every measure of grounding."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from idetex_plugin.words.assessment import Region

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Row = tuple[Hashable, str, Sequence[float], float, int]


@dataclass
class Index:
    """Codes for images and classes, in the order in which they are first named. Shared by truth and predictions."""

    images: dict[Hashable, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)

    def image(self, name: Hashable) -> int:
        """The code of an image."""
        return self.images.setdefault(name, len(self.images))

    def kind(self, name: str) -> int:
        """The code of a class."""
        return self.kinds.setdefault(name, len(self.kinds))


@dataclass(frozen=True, slots=True)
class BoxTable:
    """N labelled boxes.

    images, kinds: (N,) codes. boxes: (N, 4) x1 y1 x2 y2. scores: (N,) higher first, 1 where there is no confidence.
    severities: (N,) rank 1..3, 0 for none. crowd: (N,) COCO's `iscrowd`, only meaningful in truth.
    """

    images: Integers
    kinds: Integers
    boxes: Floats
    scores: Floats
    severities: Integers
    crowd: Flags

    @classmethod
    def of(cls, rows: Iterable[Row], index: Index) -> Self:
        """From rows of image, class, box, score and severity rank (0 for none); codes from, or new in, `index`.

        Raises ValueError for a box that has not four numbers.
        """
        collected = list(rows)
        boxes = np.empty((len(collected), 4), np.float64)
        for number, (image, _, box, _, _) in enumerate(collected):
            if len(box) != 4:
                raise ValueError(f"a box of {len(box)} numbers on image {image!r}")
            boxes[number] = box
        return cls(
            np.array([index.image(row[0]) for row in collected], np.int64),
            np.array([index.kind(row[1]) for row in collected], np.int64),
            boxes,
            np.array([row[3] for row in collected], np.float64),
            np.array([row[4] for row in collected], np.int64),
            np.zeros(len(collected), np.bool_),
        )

    def __len__(self) -> int:
        return len(self.images)

    def where(self, rows: Flags | Integers) -> BoxTable:
        """The rows of a mask, or these rows in this order."""
        return BoxTable(
            self.images[rows], self.kinds[rows], self.boxes[rows], self.scores[rows], self.severities[rows],
            self.crowd[rows],
        )  # fmt: skip


def region_rows(image: Hashable, regions: Iterable[Region]) -> list[Row]:
    """The rows of one photo's regions; a region without a confidence scores 1."""
    return [
        (
            image, region.distortion, (region.box.x1, region.box.y1, region.box.x2, region.box.y2),
            1.0 if region.confidence is None else region.confidence, region.severity.rank if region.severity else 0,
        )
        for region in regions
    ]  # fmt: skip
