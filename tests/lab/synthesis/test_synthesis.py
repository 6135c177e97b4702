from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idetex_plugin.lab.synthesis import Recipe, Synthesizer, cell_targets
from idetex_plugin.lab.synthesis.compose import ORDER, RIVALS
from idetex_plugin.lab.synthesis.degrade import DEGRADE
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.vocabulary import VIDA, Severity


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:240, :320]
    waves = 90 + 60 * np.sin(x / 9)[..., None] * np.cos(y / 7)[..., None] * [1.0, 0.7, 0.4]
    waves[100:140, 50:200] += 60
    return np.clip(waves + rng.normal(0, 3, waves.shape), 0, 255).astype(np.uint8)


def test_every_type_can_be_made_and_has_a_place_in_the_order() -> None:
    assert set(DEGRADE) == set(VIDA.names) == set(ORDER)


@pytest.mark.parametrize("name", DEGRADE)
@pytest.mark.parametrize("severity", Severity)
def test_degrading_keeps_shape_and_is_decided_by_the_seed(photo: np.ndarray, name: str, severity: Severity) -> None:
    once, again = (DEGRADE[name](photo, severity, np.random.default_rng(5)) for _ in range(2))
    assert once.shape == photo.shape
    assert once.dtype == np.uint8
    assert np.array_equal(once, again)
    assert not np.array_equal(once, photo)


@pytest.mark.parametrize("name", sorted(set(DEGRADE) - {"Meaningless solid color"}))
def test_higher_severity_changes_more(photo: np.ndarray, name: str) -> None:
    def change(severity: Severity) -> float:
        runs = [DEGRADE[name](photo, severity, np.random.default_rng(seed)) for seed in range(12)]
        return float(np.mean([np.abs(run.astype(float) - photo).mean() for run in runs]))

    changes = [change(severity) for severity in Severity]
    assert changes == sorted(changes)


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_plans_never_put_rivals_on_one_place(seed: int) -> None:
    plans = Synthesizer(Recipe(counts=(0, 0, 0, 1))).plan(np.random.default_rng(seed))
    for i, (name, _, box) in enumerate(plans):
        for other, _, place in plans[:i]:
            if any({name, other} <= group for group in RIVALS):
                assert box.intersection(place) <= 0.05 * min(box.area, place.area)


def test_a_clean_recipe_reports_nothing_and_changes_little(photo: np.ndarray) -> None:
    sample = Synthesizer(Recipe(counts=(1,), camera_jpeg_share=1)).sample(photo, np.random.default_rng(1))
    assert sample.regions == ()
    assert np.abs(sample.image.astype(float) - photo).mean() < 3


def test_what_cannot_be_seen_is_not_reported() -> None:
    flat = np.full((200, 200, 3), 120, np.uint8)
    plans = [("Low clarity", Severity.SEVERE, WHOLE)]
    assert Synthesizer(Recipe(camera_jpeg_share=0)).apply(flat, plans, np.random.default_rng(0)).regions == ()


def test_pixels_outside_the_box_stay_and_cells_inside_are_marked(photo: np.ndarray) -> None:
    box = Box(x1=0.25, y1=0.25, x2=0.75, y2=0.75)
    maker = Synthesizer(Recipe(camera_jpeg_share=0))
    sample = maker.apply(photo, [("Noise", Severity.SEVERE, box)], np.random.default_rng(3))
    assert [region.box for region in sample.regions] == [box]
    x1, y1, x2, y2 = box.to_scaled(320, 240)
    outside = np.ones(photo.shape[:2], bool)
    outside[y1 - 30 : y2 + 30, x1 - 30 : x2 + 30] = False
    assert np.array_equal(sample.image[outside], photo[outside])
    ranks, weights = cell_targets(sample, 8)
    kind = VIDA.names.index("Noise")
    assert (ranks[3:5, 3:5, kind] == 3).all()
    assert ranks[0].max() == ranks[-1].max() == 0
    assert (weights[..., [k for k in range(10) if k != kind]] == 1).all()


@given(st.integers(0, 2**32))
@settings(max_examples=25)
def test_samples_are_decided_by_the_seed(seed: int) -> None:
    photo = np.random.default_rng(0).integers(0, 255, (90, 120, 3), np.uint8)
    first, second = (Synthesizer().sample(photo, np.random.default_rng(seed)) for _ in range(2))
    assert first.regions == second.regions
    assert np.array_equal(first.image, second.image)
