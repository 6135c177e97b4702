from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from idetex_plugin.lab.synthesis.degrade import DEGRADE, jpeg
from idetex_plugin.views.measured import BLOCK, MOST, SQUARE, measured
from idetex_plugin.words.vocabulary import Severity

CELLS = 4
ALONG_X, ALONG_Y, SECOND = ((0, 0, k) for k in range(3))
DOWN, UP, FAR = ((0, 1, k) for k in range(3))
BORDER_X, BORDER_Y, EQUAL = ((1, 0, k) for k in range(3))
CALM, TOP, BOTTOM = ((1, 1, k) for k in range(3))
Pixels = NDArray[np.uint8]


def scene(seed: int = 0, side: int = 256) -> Pixels:
    """Coarse and fine structure, away from the ends of the range."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(60, 180, (side // 16, side // 16, 3), np.uint8)).resize((side, side))
    return np.clip(np.asarray(coarse, np.int16) + rng.integers(-25, 26, (side, side, 1)), 0, 255).astype(np.uint8)


def maps(pixels: Pixels, cells: int = CELLS) -> NDArray[np.float64]:
    """(2, 2, rows, columns, 3): the four squares of every cell, put together."""
    view = np.asarray(measured(np.asarray(Image.fromarray(pixels).convert("L")), cells), np.float64)
    side = cells * SQUARE
    squares = view.reshape(cells, 2, SQUARE, cells, 2, SQUARE, 3).transpose(1, 4, 0, 2, 3, 5, 6)
    return squares.reshape(2, 2, side, side, 3)


def mean(pixels: Pixels, measure: tuple[int, int, int]) -> float:
    row, column, channel = measure
    return float(maps(pixels)[row, column, ..., channel].mean())


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 9))
def test_any_size_gives_a_square_and_a_flat_photo_has_no_contrast(width: int, height: int, cells: int) -> None:
    found = maps(np.full((height, width, 3), 90, np.uint8), cells)
    assert found.shape == (2, 2, cells * SQUARE, cells * SQUARE, 3)
    assert (found[EQUAL[0], EQUAL[1], ..., EQUAL[2]] == 255).all()
    found[EQUAL[0], EQUAL[1], ..., EQUAL[2]] = 0
    assert not found.any()


@pytest.mark.parametrize("measure", [ALONG_X, ALONG_Y, SECOND, DOWN, UP])
def test_blur_lowers_the_contrast_of_near_neighbours_more_than_of_far_ones(measure: tuple[int, int, int]) -> None:
    sharp = scene()
    soft = DEGRADE["Low clarity"](sharp, Severity.MODERATE, np.random.default_rng(0))
    near = mean(soft, measure) - mean(sharp, measure)
    assert near < mean(soft, FAR) - mean(sharp, FAR) < 0


def test_streaks_along_x_lower_the_contrast_along_x_most() -> None:
    sharp = scene()
    streaked = np.stack([np.roll(sharp, shift, 1) for shift in range(9)]).mean(0).astype(np.uint8)
    x, y = (mean(streaked, measure) - mean(sharp, measure) for measure in (ALONG_X, ALONG_Y))
    assert x < y < 0


def test_noise_raises_what_is_calmest() -> None:
    coarse = np.asarray(Image.fromarray(scene()).resize((16, 16)).resize((256, 256)))
    noisy = DEGRADE["Noise"](coarse, Severity.SEVERE, np.random.default_rng(0))
    assert mean(noisy, CALM) > mean(coarse, CALM) + 50


def test_a_coded_photo_has_contrast_at_the_borders_of_its_blocks() -> None:
    coded = jpeg(scene(), 5)
    for border, inside in ((BORDER_X, ALONG_X), (BORDER_Y, ALONG_Y)):
        assert mean(coded, border) > mean(coded, inside) + 30
        assert mean(scene(), border) == pytest.approx(mean(scene(), inside), abs=5)


def test_enlarged_pixels_are_equal_to_their_neighbours() -> None:
    small = scene(side=64)
    assert mean(np.repeat(np.repeat(small, 4, 0), 4, 1), EQUAL) > mean(small, EQUAL) + 100


def test_ends_of_the_range_are_counted() -> None:
    pixels = scene()
    pixels[:128], pixels[128:] = 255, 0
    assert mean(pixels, TOP) == pytest.approx(127.5, abs=8)
    assert mean(pixels, BOTTOM) == pytest.approx(127.5, abs=8)


def test_cells_show_their_own_part_of_the_photo() -> None:
    pixels = np.full((320, 480, 3), 120, np.uint8)
    pixels[160:240, 120:240] = np.random.default_rng(0).integers(0, 255, (80, 120, 3))
    contrast = maps(pixels)[0, 0, ..., 0].reshape(CELLS, SQUARE, CELLS, SQUARE).mean((1, 3))
    assert contrast[2, 1] > 150
    contrast[2, 1] = 0
    assert contrast.max() < 40


def test_of_a_large_photo_blocks_are_chosen_evenly() -> None:
    side = 3 * MOST * BLOCK
    pixels = np.full((side, 64, 3), 120, np.uint8)
    pixels[side // 2 :] = np.random.default_rng(0).integers(0, 255, (side // 2, 64, 3))
    contrast = maps(pixels)[0, 0, ..., 0].mean(1)
    half = len(contrast) // 2
    assert contrast[: half - 1].max() < 10 and contrast[half + 1 :].min() > 150
