"""Subjects that move by themselves: what they smear over, what stays, and what is labelled."""

from __future__ import annotations

import numpy as np
import pytest

from idetex_plugin.lab.data.photos import Pixels
from idetex_plugin.lab.synthesis.camera import moving as module
from idetex_plugin.lab.synthesis.camera import shoot
from idetex_plugin.lab.synthesis.camera.lens import out_of_focus
from idetex_plugin.lab.synthesis.camera.light import to_light
from idetex_plugin.lab.synthesis.camera.moving import moving, outline, passing
from idetex_plugin.lab.synthesis.reframe import around
from idetex_plugin.words.box import Box
from idetex_plugin.words.vocabulary import Severity

BOX = Box(x1=0.3, y1=0.25, x2=0.7, y2=0.75)
SIDES = (240, 320)


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def texture() -> Pixels:
    return rng(0).integers(60, 140, (*SIDES, 3), np.uint8)


@pytest.mark.parametrize("turning", [0.0, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_light_is_kept_so_an_even_scene_stays_even(seed: int, turning: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TURNING", turning)
    even = np.full((*SIDES, 3), (90, 120, 140), np.uint8)
    moved, _ = moving(even, BOX, Severity.SEVERE, rng(seed))
    assert np.abs(moved.astype(int) - even).max() <= 2


@pytest.mark.parametrize("seed", range(6))
def test_the_part_is_smeared_and_what_is_far_from_it_is_untouched(seed: int) -> None:
    photo = texture()
    moved, matte = moving(photo, BOX, Severity.MODERATE, rng(seed))
    changed = np.abs(moved.astype(int) - photo).max(-1)
    assert around(matte).iou(BOX) > 0.95
    assert (changed[matte > 0.99] > 3).mean() > 0.9
    rows, columns = np.nonzero(changed > 1)
    x1, y1, x2, y2 = BOX.to_scaled(SIDES[1], SIDES[0])
    far = 1.2 * 18 + 4
    assert columns.min() > x1 - far and columns.max() < x2 + far and rows.min() > y1 - far and rows.max() < y2 + far
    inner = moved[matte > 0.99].astype(float)
    assert inner.std(0).max() < 0.6 * photo[matte > 0.99].std(0).min()


def test_borders_of_a_subject_are_seen_through_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TURNING", 0.0)
    matte = outline(BOX, *SIDES, rng(1))
    monkeypatch.setattr(module, "outline", lambda *_: matte)
    subject = np.where(matte[..., None] > 0.5, 200, 20).repeat(3, -1).astype(np.uint8)
    moved = moving(subject, BOX, Severity.SEVERE, rng(1))[0][..., 0].astype(int)
    inside, outside = matte > 0.5, matte < 0.5
    assert (moved[outside] > 60).sum() > 100 and (moved[inside] < 170).sum() > 100
    assert (moved[SIDES[0] // 2, SIDES[1] // 2], moved[0, 0]) == (200, 20)


@pytest.mark.parametrize("colour", [(200, 220, 255), (255, 170, 175), (235, 235, 235)])
def test_a_bright_part_that_is_not_white_gets_no_brighter(colour: tuple[int, int, int]) -> None:
    even = np.full((*SIDES, 3), colour, np.uint8)
    photo = np.where(rng(0).random(SIDES)[..., None] < 0.1, np.uint8(120), even)
    for seed in range(6):
        moved = moving(photo, BOX, Severity.MODERATE, rng(seed))[0]
        for blurred in (moved, out_of_focus(photo, Severity.MINOR, rng(seed))):
            assert blurred.astype(int).min(-1).max() <= min(colour) + 1


def test_a_lamp_draws_a_streak_brighter_than_its_share() -> None:
    night = np.full((*SIDES, 3), 20, np.uint8)
    dark = to_light(night).sum()
    night[115:121, 155:161] = 255
    streak = moving(night, BOX, Severity.MODERATE, rng(0))[0]
    assert to_light(streak).sum() - dark > 2 * (to_light(night).sum() - dark)


def test_longer_paths_change_more() -> None:
    photo = texture()
    changes = [
        np.mean([np.abs(moving(photo, BOX, severity, rng(seed))[0].astype(float) - photo).mean() for seed in range(8)])
        for severity in Severity
    ]
    assert changes == sorted(changes)


def test_a_path_is_nearly_straight_and_keeps_the_light() -> None:
    for seed in range(8):
        kernel = passing(30.0, rng(seed)).astype(float)
        yy, xx = np.nonzero(kernel)
        weights = kernel[yy, xx]
        spread = np.sqrt(np.linalg.eigvalsh(np.cov(np.stack([xx, yy]), aweights=weights)))
        assert kernel.sum() == pytest.approx(1, abs=1e-5)
        assert spread[0] < 0.2 * spread[1]


@pytest.mark.parametrize("sides", [(48, 48), (60, 900)])
def test_small_parts_of_small_photos_can_move(sides: tuple[int, int]) -> None:
    photo = rng(0).integers(0, 255, (*sides, 3), np.uint8)
    for seed, box in enumerate((Box(x1=0, y1=0, x2=0.22, y2=0.22), Box(x1=0.8, y1=0.7, x2=1, y2=1))):
        moved, matte = moving(photo, box, Severity.SEVERE, rng(seed))
        assert moved.shape == photo.shape and matte.shape == sides and (moved != photo).any()


def test_motion_of_a_part_is_mostly_a_subjects_and_labelled_where_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = []
    monkeypatch.setattr(
        "idetex_plugin.lab.synthesis.camera.shot.moving", lambda *given: moved.append(1) or moving(*given)
    )
    for seed in range(40):
        shot = shoot(texture(), [("Motion blur", Severity.SEVERE, BOX)], rng(seed))
        assert [(region.distortion, region.box) for region in shot.regions] == [("Motion blur", BOX)]
        assert shot.masks[0].shape == shot.image.shape[:2]
    assert 18 <= len(moved) <= 38
