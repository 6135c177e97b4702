"""Clean samples that look damaged, and samples that are framed again."""

from __future__ import annotations

import numpy as np
import pytest

from idetex_plugin.lab.synthesis import Recipe, Synthesizer
from idetex_plugin.lab.synthesis.distractors import DISTRACTORS, bokeh
from idetex_plugin.lab.synthesis.reframe import around, reframed
from idetex_plugin.words.box import WHOLE

PHOTO = np.random.default_rng(0).integers(40, 200, (97, 130, 3), np.uint8)


@pytest.mark.parametrize("name", DISTRACTORS)
def test_a_look_keeps_shape_and_is_decided_by_the_seed(name: str) -> None:
    once, again = (DISTRACTORS[name](PHOTO, np.random.default_rng(5)) for _ in range(2))
    assert once.shape == PHOTO.shape and once.dtype == np.uint8
    assert np.array_equal(once, again) and not np.array_equal(once, PHOTO)


def test_a_blurred_background_of_black_and_white_stays_between_them() -> None:
    bars = np.repeat(np.tile(np.repeat(np.array([0, 255], np.uint8), 60), (600, 7))[..., None], 3, 2)
    with np.errstate(invalid="raise"):
        for seed in range(5):
            blurred = bokeh(bars, np.random.default_rng(seed))
            assert np.abs(blurred.astype(int) - bars).max() > 60
            assert (blurred[bars == 255] > 50).all()


def test_looks_are_for_clean_samples_alone_and_are_not_reported() -> None:
    maker = Synthesizer(Recipe(counts=(1,), distractor_share=1, camera_jpeg_share=0))
    sample = maker.sample(PHOTO, np.random.default_rng(1))
    assert sample.regions == () and not np.array_equal(sample.image, PHOTO)
    plain, other = (
        Synthesizer(Recipe(counts=(0, 1), distractor_share=share)).sample(PHOTO, np.random.default_rng(2))
        for share in (0, 1)
    )
    assert np.array_equal(plain.image, other.image)


def test_boxes_follow_the_masks_into_the_new_frame() -> None:
    maker = Synthesizer(Recipe(counts=(0, 0, 0.5, 0.5)))
    for seed in range(40):
        rng = np.random.default_rng(seed)
        sample = reframed(maker.sample(PHOTO, rng), rng)
        assert sample.image.shape[0] >= 0.6 * PHOTO.shape[0] - 8
        for region, mask, change in zip(sample.regions, sample.masks, sample.changes, strict=True):
            assert mask.shape == change.shape == sample.image.shape[:2]
            assert region.box == around(mask)
            assert region.box == WHOLE or mask.min() < 0.5
