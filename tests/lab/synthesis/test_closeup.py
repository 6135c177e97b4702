from __future__ import annotations

import cv2
import numpy as np
import pytest

from idetex_plugin.lab.data.photos import Pixels
from idetex_plugin.lab.synthesis.camera import closeup as module
from idetex_plugin.lab.synthesis.camera.closeup import Closeup, closeup
from idetex_plugin.lab.synthesis.camera.light import to_pixels
from idetex_plugin.lab.synthesis.camera.reduction import reduced
from idetex_plugin.lab.synthesis.camera.sensor import coarse_grain

LUMA = np.array([0.299, 0.587, 0.114])


def scene(texture: float, side: int = 640) -> Pixels:
    """Smooth shading, with texture as fine as one pixel."""
    rng = np.random.default_rng(3)
    yy, xx = np.mgrid[:side, :side] / side
    values = 60 + 120 * xx * yy + texture * rng.standard_normal((side, side))
    return np.repeat(to_pixels(values)[..., None], 3, 2)


def drawn(source: Pixels, count: int = 30) -> list[Closeup]:
    found = [closeup([source], np.random.default_rng(seed)) for seed in range(count)]
    return [each for each in found if each is not None]


def test_levels_are_those_of_the_noise_that_is_seen() -> None:
    """Half the frames have noise of more than a level, and their calm pixels vary by about so much."""
    frames = drawn(scene(0))
    noisy = [each for each in frames if each.levels > 1.2]
    assert 8 <= len(noisy) <= 22
    for each in frames:
        image = each.image.astype(np.float32) @ LUMA.astype(np.float32)
        ratio = min(1.0, module.SEEN / max(image.shape))
        seen = cv2.resize(image, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
        rough = float((seen - cv2.GaussianBlur(seen, (0, 0), 8))[16:-16, 16:-16].std())
        assert rough == pytest.approx(each.levels, rel=0.4, abs=0.7)


def test_the_same_seed_gives_the_same_frame_and_black_gives_none() -> None:
    first, again = (closeup([scene(5)], np.random.default_rng(1)) for _ in range(2))
    assert first is not None and again is not None
    assert np.array_equal(first.image, again.image) and first.levels == again.levels
    assert closeup([np.zeros((300, 300, 3), np.uint8)], np.random.default_rng(1)) is None


@pytest.mark.parametrize("seed", range(6))
def test_coarse_grain_has_unit_luma_and_no_colour_that_changes_it(seed: int) -> None:
    noise = coarse_grain(240, 240, np.random.default_rng(seed))
    luma = noise @ LUMA
    assert luma.std() == pytest.approx(1, abs=0.03)
    assert 0.03 < (noise[..., 0] - luma).std() < 1.4


@pytest.mark.parametrize("seed", range(8))
def test_noise_reduction_takes_noise_of_colour_and_keeps_edges(seed: int) -> None:
    rng = np.random.default_rng(seed)
    edge = np.full((160, 160, 3), 60, np.float32)
    edge[:, 80:] = (200, 160, 120)
    noisy = edge + 3 * rng.standard_normal(edge.shape).astype(np.float32)
    less, clean = reduced((noisy, edge), rng)
    assert clean @ LUMA == pytest.approx(edge @ LUMA, abs=2)
    assert np.delete(clean, slice(77, 83), 1) == pytest.approx(np.delete(edge, slice(77, 83), 1), abs=2)
    colour = (each[20:-20, 10:60, 0] - each[20:-20, 10:60, 2] for each in (less, noisy))
    after, before = (float(each.std()) for each in colour)
    assert after < before
