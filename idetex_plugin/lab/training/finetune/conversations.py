"""The conversations of a folder, in the order in which training sees them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image
from torch.utils.data import Dataset

from idetex_plugin.lab.data.vida import Conversation, read_conversations
from idetex_plugin.lab.training.mixing import Mixer, Mixing
from idetex_plugin.photo.load import load_photo

Talk = tuple[Conversation, Image.Image]
Place = tuple[str, int]


class Talks(Dataset[Talk]):
    """All that training will see, epochs after each other. Images are read when they are needed.

    data: a folder with a JSON-lines file for each sub-task. images: the folder below which the images are.
    """

    def __init__(self, data: Path, images: Path, epochs: int, seed: int, mixing: Mixing | None = None) -> None:
        """Raises ValueError for a folder without conversations, a line that is none, or an image that is missing."""
        self.images = images
        self.files = {path.stem: list(read_conversations(path)) for path in sorted(data.glob("*.jsonl"))}
        counts = {kind: len(talks) for kind, talks in self.files.items() if talks}
        if not counts:
            raise ValueError(f"{data} holds no conversations (*.jsonl)")
        names = sorted({talk.image for talks in self.files.values() for talk in talks})
        if missing := [name for name in names if not (images / name).is_file()]:
            raise ValueError(f"{len(missing)} of {len(names)} images are not below {images}, such as {missing[0]}")
        self.order, self.drawn = order(counts, epochs, seed, mixing)

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, index: int) -> Talk:
        kind, number = self.order[index]
        talk = self.files[kind][number]
        return talk, load_photo(self.images / talk.image).image


def order(
    counts: Mapping[str, int], epochs: int, seed: int, mixing: Mixing | None = None
) -> tuple[list[Place], str]:  # fmt: skip
    """(sub-task, number) of every conversation to see, and a table of what was drawn.

    Without mixing each conversation is seen once an epoch. With it each place draws its sub-task, and the sub-task's
    conversations come in turn, shuffled anew each time around.
    """
    rng = np.random.default_rng(seed)
    total = epochs * sum(counts.values())
    mixer = Mixer(list(counts), mixing)
    if mixing is None:
        everything = [(kind, number) for kind, count in counts.items() for number in range(count)]
        places = [everything[at] for _ in range(epochs) for at in rng.permutation(len(everything))]
        mixer.load_state_dict({kind: epochs * count for kind, count in counts.items()})
        return places, mixer.table()
    places, turns = [], {kind: [] for kind in counts}  # type: ignore[var-annotated]
    for at in range(total):
        (kind,) = mixer.draw(1, at / total, rng)
        if not turns[kind]:
            turns[kind] = rng.permutation(counts[kind]).tolist()
        places.append((kind, turns[kind].pop()))
    return places, mixer.table()
