from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from idetex_plugin.lab.data.photos import Pixels
from idetex_plugin.lab.synthesis import Recipe, Synthesizer, cell_targets
from idetex_plugin.lab.synthesis.camera import shoot
from idetex_plugin.lab.synthesis.camera.exposure import overexposure, underexposure
from idetex_plugin.lab.synthesis.camera.lens import aperture, shake
from idetex_plugin.lab.synthesis.camera.light import to_light, to_pixels, to_values, with_contrast, with_highlights
from idetex_plugin.lab.synthesis.camera.sensor import grain, noisy
from idetex_plugin.lab.synthesis.camera.shot import IN_CAMERA, noise
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.vocabulary import VIDA, Severity


def scene(height: int = 160, width: int = 240) -> Pixels:
    """Soft shapes and fine texture of middle contrast."""
    rng = np.random.default_rng(0)
    yy, xx = np.mgrid[:height, :width]
    base = 110 + 60 * np.sin(xx / 23) * np.cos(yy / 17) + 25 * rng.standard_normal((height, width))
    return np.repeat(np.clip(base, 10, 235).astype(np.uint8)[..., None], 3, 2)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_pixels_come_back_from_light_within_half_a_level() -> None:
    every = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, 2)
    assert np.abs(to_values(to_light(every)) - every).max() <= 0.5
    assert (to_pixels(to_values(to_light(every))) == every).mean() > 0.99


def test_highlights_and_contrast_leave_middle_gray_alone() -> None:
    light = np.array([0.05, 0.18, 0.5, 1.0], np.float32)[None, :, None].repeat(3, 2)
    brighter = with_highlights(light, 6.0)[0, :, 0]
    assert brighter[:3] == pytest.approx([0.05, 0.18, 0.5]) and brighter[3] == pytest.approx(7.0)
    only_white = with_highlights(np.array([[[1.0, 0.5, 0.5], [1.0, 1.0, 1.0]]], np.float32), 6.0, white_only=True)
    assert only_white[0, 0] == pytest.approx([1.0, 0.5, 0.5]) and only_white[0, 1] == pytest.approx([7.0] * 3)
    steeper = with_contrast(light, 1.5)[0, :, 0]
    assert steeper[1] == pytest.approx(0.18) and steeper[0] < 0.05 and steeper[2] > 0.5


@pytest.mark.parametrize("seed", range(5))
def test_kernels_keep_the_light_and_have_the_stated_size(seed: int) -> None:
    path = shake(21.0, rng(seed))
    rows, columns = np.nonzero(path > 1e-6)
    assert path.sum() == pytest.approx(1, abs=1e-5)
    assert 20 <= max(np.ptp(rows), np.ptp(columns)) <= 24
    disc = aperture(6.0, rng(seed))
    rows, columns = np.nonzero(disc > 1e-4)
    assert disc.sum() == pytest.approx(1, abs=1e-5)
    assert 9 <= np.ptp(rows) <= 16 and 9 <= np.ptp(columns) <= 16


@pytest.mark.parametrize("seed", range(6))
def test_grain_has_unit_luma_and_neighbours_that_resemble_each_other_as_measured(seed: int) -> None:
    luma = grain(200, 200, rng(seed)) @ np.array([0.299, 0.587, 0.114])
    assert luma.std() == pytest.approx(1, abs=0.03)
    alike = (luma[:, :-1] * luma[:, 1:]).mean() / luma.var()
    assert -0.05 < alike < 0.85


def test_noise_has_the_stated_levels_at_middle_gray_and_none_where_the_photo_is_clipped() -> None:
    gray = np.full((120, 120, 3), 118, np.uint8)
    added = noisy(gray.astype(np.float32), to_light(gray), 8.0, rng(3)) - gray
    assert (added @ np.array([0.299, 0.587, 0.114])).std() == pytest.approx(8, rel=0.2)
    for level in (0, 255):
        flat = np.full((40, 40, 3), level, np.uint8)
        assert np.abs(noisy(flat.astype(np.float32), to_light(flat), 8.0, rng(3)) - flat).max() < 1


def test_severities_rise() -> None:
    photo = scene()
    for name, damage in IN_CAMERA.items():
        changes = [
            np.mean([np.abs(damage(photo, severity, rng(seed)).astype(float) - photo).mean() for seed in range(12)])
            for severity in Severity
        ]
        assert changes == sorted(changes), name


def test_exposure_moves_the_light_and_noise_does_not() -> None:
    photo = scene()
    means = [np.mean([f(photo, Severity.MODERATE, rng(s)).mean() for s in range(8)]) for f in (overexposure, noise)]
    dark = np.mean([underexposure(photo, Severity.MODERATE, rng(s)).mean() for s in range(8)])
    assert means[0] > photo.mean() + 30 and dark < photo.mean() - 30
    assert means[1] == pytest.approx(photo.mean(), abs=4)


def test_a_shot_is_decided_by_the_seed_and_leaves_its_photo_alone() -> None:
    photo, before = scene(), scene()
    recipe = Recipe(counts=(0.2, 0.5, 0.3), camera_share=1)
    for seed in range(6):
        one, two = (Synthesizer(recipe).sample(photo, rng(seed)) for _ in range(2))
        assert (one.image == two.image).all() and one.regions == two.regions
        assert len(one.regions) == len(one.masks) == len(one.changes) == len(one.least)
        ranks, weights = cell_targets(one, 8)
        assert ranks.shape == weights.shape == (8, 8, len(VIDA))
    assert (photo == before).all()


def test_a_clean_shot_is_changed_but_says_nothing() -> None:
    photo = scene()
    shots = [shoot(photo, [], rng(seed)) for seed in range(8)]
    assert all(not shot.regions for shot in shots)
    assert sum(shot.image.shape != photo.shape or (shot.image != photo).any() for shot in shots) >= 7
    for shot in shots:
        assert shot.image.mean() == pytest.approx(photo.mean(), abs=4)


def test_damage_of_a_part_stays_there() -> None:
    box = Box(x1=0, y1=0, x2=0.5, y2=1)
    shot = shoot(scene(), [("Overexposure", Severity.SEVERE, box)], rng(1))
    assert [region.box for region in shot.regions] == [box]
    width = shot.image.shape[1]
    assert shot.image[:, : width // 3].mean() > shot.image[:, 2 * width // 3 :].mean() + 50


def test_faint_noise_survives_coding_and_counts_in_cells() -> None:
    recipe = Recipe(camera_share=1)
    flat = np.full((160, 240, 3), 120, np.uint8)
    shots = [shoot(flat, [("Noise", Severity.MINOR, WHOLE)], rng(seed)) for seed in range(10)]
    seen = [shot for shot in shots if shot.regions]
    assert len(seen) >= 7
    for shot in seen:
        sample = Synthesizer(recipe).apply(flat, [], rng())
        sample = replace(
            sample, image=shot.image, regions=tuple(shot.regions), masks=tuple(shot.masks),
            changes=tuple(shot.changes), least=tuple(shot.least),
        )  # fmt: skip
        assert cell_targets(sample, 8)[1][..., VIDA.names.index("Noise")].mean() > 0.9
        assert shot.image.astype(float).std((0, 1)).mean() > 1


def test_without_a_camera_nothing_is_drawn_for_it() -> None:
    photo = scene()
    plain, none = (Synthesizer(recipe).sample(photo, rng(5)) for recipe in (Recipe(), Recipe(camera_share=0)))
    assert (plain.image == none.image).all() and plain.regions == none.regions
