"""Synthetic training data from clean photographs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from idetex_plugin.lab.data import photos
from idetex_plugin.lab.data.dataset import IMAGES, Sample
from idetex_plugin.lab.data.vida.records import labelled
from idetex_plugin.lab.synthesis import Recipe, Synthesizer
from idetex_plugin.photo.load import load_photo

RECIPE = Recipe(counts=(0.2, 0.3, 0.25, 0.15, 0.1), photo_sides=(480, 1600), distractor_share=0.5)


def synthetic(sources: Sequence[Path], count: int, seed: int, recipe: Recipe = RECIPE) -> Iterator[Sample]:
    """`count` samples from these photographs in turn. Sample n is decided by (seed, n) and its photograph.

    Raises ValueError for no photographs, PhotoError for one that cannot be read.
    """
    if not sources:
        raise ValueError("no photographs to distort")
    maker = Synthesizer(recipe)
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        photo = np.asarray(load_photo(sources[number % len(sources)]).image)
        sample = maker.sample(photos.cut(photo, rng, recipe.photo_sides), rng)
        height, width = sample.image.shape[:2]
        yield labelled(f"{IMAGES}/{number:06}.png", width, height, sample.regions), Image.fromarray(sample.image)
