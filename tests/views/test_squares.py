from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from idetex_plugin.views.squares import STEP, STRIP_BYTES, WINDOW, _window_activity, squares


def numbered(width: int, height: int) -> Image.Image:
    """Every pixel tells where it is."""
    y, x = np.mgrid[:height, :width]
    return Image.fromarray(np.stack([x % 256, y % 256, (x // 256) * 16 + y // 256], -1).astype(np.uint8))


@settings(max_examples=40)
@given(st.integers(1, 700), st.integers(1, 700))
def test_any_size_gives_squares(width: int, height: int) -> None:
    whole, near, measured = squares(Image.new("RGB", (width, height), (9, 90, 200)), 256, 3)
    assert whole.size == near.size == measured.size == (256, 256)
    assert np.asarray(near).reshape(-1, 3).tolist() == [[9, 90, 200]] * 256**2


@settings(max_examples=25)
@given(st.integers(256, 1500), st.integers(256, 1500))
def test_each_cell_holds_unscaled_pixels_of_its_own_cell(width: int, height: int) -> None:
    pixels = np.asarray(squares(numbered(width, height), 256, 2)[1]).astype(int)
    for i in range(8):
        for j in range(8):
            window = pixels[i * WINDOW : (i + 1) * WINDOW, j * WINDOW : (j + 1) * WINDOW]
            red, green, far = window[0, 0]
            x, y = far // 16 * 256 + red, far % 16 * 256 + green
            assert x % STEP == y % STEP == 0
            assert (np.diff(window[..., 0] % 256, axis=1) % 256 == 1).all()
            assert (np.diff(window[..., 1] % 256, axis=0) % 256 == 1).all()
            assert j * width / 8 - STEP <= x <= (j + 1) * width / 8 + STEP - WINDOW or width < 8 * (WINDOW + STEP)
            assert i * height / 8 - STEP <= y <= (i + 1) * height / 8 + STEP - WINDOW or height < 8 * (WINDOW + STEP)


def test_the_chequerboard_shows_the_busiest_and_the_calmest() -> None:
    image = np.full((1024, 1024, 3), 100, np.uint8)
    rng = np.random.default_rng(0)
    for i in range(8):
        for j in range(8):
            image[i * 128 : i * 128 + 40, j * 128 : j * 128 + 40] = rng.integers(0, 255, (40, 40, 3))
    pixels = np.asarray(squares(Image.fromarray(image), 256, 2)[1])
    spread = pixels.reshape(8, WINDOW, 8, WINDOW, 3).std((1, 3, 4))
    busy = np.add.outer(np.arange(8), np.arange(8)) % 2 == 0
    assert (spread[busy] > 50).all()
    assert (spread[~busy] == 0).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(32, 150), st.integers(32, 150), st.integers(0, 2**32 - 1), st.sampled_from([1, 3000, STRIP_BYTES]))
def test_activity_is_the_sum_of_neighbour_differences(height: int, width: int, seed: int, strip_bytes: int) -> None:
    luma = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    whole = luma[: height // STEP * STEP, : width // STEP * STEP].astype(int)
    change = np.zeros(whole.shape, int)
    change[:, 1:] += np.abs(np.diff(whole, axis=1))
    change[1:] += np.abs(np.diff(whole, axis=0))
    windows = np.lib.stride_tricks.sliding_window_view(change, (WINDOW, WINDOW))[::STEP, ::STEP].sum((2, 3))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("idetex_plugin.views.squares.STRIP_BYTES", strip_bytes)
        assert np.array_equal(_window_activity(luma), windows)
