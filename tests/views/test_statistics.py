from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from idetex_plugin.views.statistics import FLOOR, statistics

NAMES = tuple(statistics(Image.new("RGB", (64, 64))))


def scene(width: int = 640, height: int = 480, seed: int = 0) -> Image.Image:
    rng = np.random.default_rng(seed)
    sides = [(height // step, width // step, 3) for step in (16, 2)]
    coarse, fine = (Image.fromarray(rng.integers(60, 180, shape, np.uint8)).resize((width, height)) for shape in sides)
    return Image.blend(coarse, fine, 0.3)


@given(st.tuples(st.integers(16, 1500), st.integers(16, 1500)), st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_photos_of_every_shape_have_the_same_statistics(size: tuple[int, int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = statistics(Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3), np.uint8)))
    assert tuple(found) == NAMES
    assert all(map(math.isfinite, found.values()))


@pytest.mark.parametrize("size", [(16, 16), (5000, 20), (20, 5000), (4000, 3000)])
def test_long_and_large_photos_have_them_too(size: tuple[int, int]) -> None:
    assert tuple(statistics(Image.new("RGB", size, (90, 90, 90)))) == NAMES


def test_a_photo_with_a_side_under_a_block_has_none() -> None:
    assert statistics(Image.new("RGB", (15, 900))) == {}


@pytest.mark.parametrize("level", [2.0, 8.0])
def test_the_diagonal_contrast_of_white_noise_is_its_standard_deviation(level: float) -> None:
    noise = np.random.default_rng(1).normal(128, level, (512, 512))
    found = statistics(Image.fromarray(np.repeat(noise.round()[..., None], 3, 2).astype(np.uint8)))
    for depth in range(2):
        assert math.exp(found[f"y.{depth}.diagonal.0.5"]) - FLOOR == pytest.approx(level / 2**depth, rel=0.1)
    assert found["y.0.shape"] == pytest.approx(math.sqrt(2 / math.pi), rel=0.05)


def test_blur_takes_the_finest_contrast_first_and_noise_raises_the_calmest() -> None:
    sharp = statistics(scene())
    blurred = statistics(scene().filter(ImageFilter.GaussianBlur(4)))
    loss = [sharp[f"y.{depth}.edges.0.9"] - blurred[f"y.{depth}.edges.0.9"] for depth in range(4)]
    assert loss[0] > 3 * loss[3] > 0
    grain = np.random.default_rng(2).normal(0, 5, (480, 640, 1))
    noisy = statistics(Image.fromarray(np.clip(np.asarray(scene()) + grain, 0, 255).astype(np.uint8)))
    assert noisy["y.0.diagonal.0.02"] > sharp["y.0.diagonal.0.02"] + 1


def test_magnitudes_go_together_in_texture_and_not_in_noise() -> None:
    """Spread noise is noise still; sparse strokes of any size are seen."""
    rng = np.random.default_rng(4)
    noise = Image.fromarray(rng.normal(128, 20, (512, 512)).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))
    strokes = Image.new("L", (512, 512), 128)
    for x, y, length, level in rng.integers((0, 0, 2, 0), (512, 512, 14, 256), (900, 4)).tolist():
        strokes.paste(level, (x, y, x + length, y + length))
    there, seen = statistics(noise.convert("RGB")), statistics(strokes.convert("RGB"))
    for name in (name for name in NAMES if ".together." in name):
        assert -0.1 < there[name] < (0.1 if name.endswith("directions") else 0.4)
        assert seen[name] > there[name]
        assert statistics(Image.new("RGB", (64, 64), (90, 90, 90)))[name] == 0


def test_stripes_have_one_direction_and_darkness_has_low_tones() -> None:
    stripes = np.zeros((256, 256, 3), np.uint8)
    stripes[:, ::2] = 120
    found = statistics(Image.fromarray(stripes))
    assert found["y.0.direction"] > 0.99
    dark = statistics(Image.eval(scene(), lambda value: value // 8))
    assert dark["tone.0.95"] < 0.5 < statistics(scene())["tone.0.95"]


def test_what_they_cost_does_not_grow_with_the_photo() -> None:
    """A corner of twelve megapixels that no tile shows changes only the small view."""
    one, other = scene(4096, 3072), scene(4096, 3072)
    other.paste((0, 255, 0), (0, 0, 40, 40))
    first, second = statistics(one), statistics(other)
    assert all(first[name] == second[name] for name in NAMES if not name.startswith("small"))
