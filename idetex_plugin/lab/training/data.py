"""An endless, seeded stream of synthetic samples. Item i is decided by (seed, i) alone, so a run resumes exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from idetex_plugin.lab.data import photos
from idetex_plugin.lab.synthesis import Recipe, Synthesizer, cell_targets
from idetex_plugin.lab.synthesis.canvas import Sample
from idetex_plugin.views.squares import squares
from idetex_plugin.words.assessment import Region


@dataclass(frozen=True)
class Item:
    """One training sample: views uint8 (views, 3, size, size), ranks and weights (cells, cells, types), the clean
    source's mean colour per cell 0..1 (cells, cells, 3), the regions, and the photo's width and height in pixels.
    looked: what a tower made of the views (views, cells², features), where one looked already."""

    index: int
    views: torch.Tensor
    ranks: torch.Tensor
    weights: torch.Tensor
    colours: torch.Tensor
    regions: tuple[Region, ...]
    size: tuple[int, int]
    looked: torch.Tensor | None = None


Tower = Callable[[torch.Tensor], torch.Tensor]


class Stream(IterableDataset[Item]):
    """Samples number `start`, `start` + 1, … without end, cut from photographs held in memory.

    tower: looks at the views of each, (views, 3, size, size) -> (views, cells², features), where the sample is made.
    part: (k, n) gives only every n-th sample, from the k-th on."""

    def __init__(
        self, sources: list[NDArray[np.uint8]], recipe: Recipe, *, size: int, cells: int, seed: int, views: int = 2,
        start: int = 0, tower: Tower | None = None, part: tuple[int, int] = (0, 1),
    ) -> None:  # fmt: skip
        super().__init__()
        self.sources, self.size, self.cells, self.seed, self.start = sources, size, cells, seed, start
        self.views, self.tower, self.part = views, tower, part
        self.synthesizer = Synthesizer(recipe)

    def sample(self, index: int) -> Sample:
        """Sample number `index`."""
        rng = np.random.default_rng((self.seed, index))
        source = self.sources[int(rng.integers(len(self.sources)))]
        recipe = self.synthesizer.recipe
        return self.synthesizer.sample(photos.cut(source, rng, recipe.photo_sides, recipe.tiled_share), rng)

    def item(self, index: int) -> Item:
        """Sample number `index` as the model sees it."""
        sample = self.sample(index)
        image = Image.fromarray(sample.image)
        views = squares(image, self.size, self.views)
        ranks, weights = cell_targets(sample, self.cells)
        colours = np.asarray(views[0].resize((self.cells, self.cells), Image.Resampling.BOX), np.float32) / 255
        item = Item(
            index, stored(views), torch.from_numpy(ranks), torch.from_numpy(weights),
            torch.from_numpy(colours), sample.regions, image.size,
        )
        return item if self.tower is None else replace(item, looked=self.tower(normalised([item])[0]))

    def again(self, recipe: Recipe, start: int) -> Stream:
        """The same samples from number `start` on, by another recipe."""
        return Stream(
            self.sources, recipe, size=self.size, cells=self.cells, seed=self.seed, views=self.views, start=start,
            tower=self.tower, part=self.part,
        )  # fmt: skip

    def __iter__(self) -> Iterator[Item]:
        worker = get_worker_info()
        step, offset = (worker.num_workers, worker.id) if worker else (1, 0)
        own, parts = self.part
        index = self.start + own + offset * parts
        while True:
            yield self.item(index)
            index += step * parts


def load_sources(folder: Path, split: photos.Split, table: Path | None = None) -> list[NDArray[np.uint8]]:
    """All photographs of one part of a split by photograph. Raises ValueError when there is none."""
    names = photos.listed(split, table)
    if not names:
        raise ValueError(f"the split {table or 'of the package'} lists no photograph for {split!r}")
    return [photos.read(folder / name) for name in names]


def batches(stream: Stream, batch: int, workers: int, device: torch.device) -> Iterator[list[Item]]:
    """Lists of `batch` items, whose views are on the device. With w workers each batch comes from one worker; order is
    deterministic."""
    # Workers are forked: threads of OpenCV that ran here would never answer there, so it does without from now on.
    cv2.setNumThreads(0)
    loader: Any = DataLoader(
        stream, batch_size=batch, collate_fn=_joined, num_workers=workers, worker_init_fn=_one_thread,
        prefetch_factor=4 if workers else None,
    )
    return (_parted(joined, device) for joined in loader)


Joined = dict[str, Any]
"""The fields of some items: tensors as one, of the rest a list. Each tensor on its way holds a file open."""


def _joined(items: list[Item]) -> Joined:
    columns = {field.name: [getattr(item, field.name) for item in items] for field in fields(Item)}
    return {
        name: torch.stack(column) if isinstance(column[0], torch.Tensor) else column for name, column in columns.items()
    }


def _parted(joined: Joined, device: torch.device) -> list[Item]:
    joined = joined | {"views": joined["views"].to(device)}
    return [Item(**dict(zip(joined, values, strict=True))) for values in zip(*joined.values(), strict=True)]


def _one_thread(_: int) -> None:
    torch.set_num_threads(1)


def stored(views: Iterable[Image.Image]) -> torch.Tensor:
    """Views of a photo as items hold them: (views, 3, size, size) uint8."""
    return torch.from_numpy(np.stack([np.asarray(view).transpose(2, 0, 1) for view in views]))


def as_input(views: torch.Tensor) -> torch.Tensor:
    """Stored views, of any shape, as the model's input: float32 in -1..1."""
    return views.float().div_(127.5).sub_(1)


def normalised(items: list[Item]) -> torch.Tensor:
    """Views of these samples as the model's input: (N, views, 3, size, size) float32 in -1..1."""
    return as_input(torch.stack([item.views for item in items]))
