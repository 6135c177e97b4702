"""What tune encodes: single frames, and pixels by their own profile where the policy keeps it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from films import MOVING_JXL, MOVING_JXL_IN_BOXES
from PIL import Image
from profiles import cmyk_profile, gray_profile, rgb_profile
from tuning import PHOTO, clear, gate

from idetex_plugin import load_photo
from idetex_plugin.gating.tune import tune, tune_all


def moving(path: Path) -> Path:
    frames = [PHOTO.rotate(angle) for angle in (0, 90, 180)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)
    return path


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png"])
@pytest.mark.parametrize("given", [Path, Path.read_bytes, Image.open, load_photo])
def test_an_animation_is_refused_as_the_gate_would(tmp_path: Path, name: str, given: Callable[[Path], Any]) -> None:
    source = given(moving(tmp_path / name))
    with pytest.raises(ValueError, match="an animation, of which only one frame would be encoded"):
        tune(source, "webp", gate(10))
    with pytest.raises(ValueError, match="still_from_animation = true"):
        tune_all(source, gate(10))


def test_a_policy_may_take_one_frame_of_an_animation(tmp_path: Path) -> None:
    path, still = moving(tmp_path / "a.png"), gate(60, still_from_animation=True)
    tuned = tune(path, "webp", still, tolerance=20)
    assert tuned.best is not None
    assert still.check(path, tuned.best.data).outcome == tuned.best.verdict.outcome == "pass"


def test_an_animation_in_jpeg_xl_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pillow_jxl")
    for data in (MOVING_JXL, MOVING_JXL_IN_BOXES):
        for source in (data, io.BytesIO(data), load_photo(data)):
            with pytest.raises(ValueError, match="an animation, of which only one frame"):
                tune(source, "webp", gate(10))


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("codec", ["jpeg", "webp", "avif", "png-palette"])
def test_a_policy_that_keeps_profiles_has_the_photos_own(tmp_path: Path, codec: str) -> None:
    vivid = Image.composite(
        Image.new("RGB", PHOTO.size, (255, 20, 10)), PHOTO, Image.linear_gradient("L").resize(PHOTO.size)
    )
    vivid.save(tmp_path / "photo.png", icc_profile=rgb_profile())
    tuned = tune(tmp_path / "photo.png", codec, gate(strip_profile=False), tolerance=8)
    assert tuned.best is not None and not tuned.best.verdict.reasons
    assert opened(tuned.best.data).info["icc_profile"] == rgb_profile()
    mean = np.asarray(opened(tuned.best.data).convert("RGB"), float).mean((0, 1))
    assert np.abs(mean - np.asarray(vivid, float).mean((0, 1))).max() < 2
    plain = tune(tmp_path / "photo.png", codec, gate(60), tolerance=8)
    assert plain.best is not None and not opened(plain.best.data).info.get("icc_profile")


def test_a_kept_profile_goes_with_transparency_and_with_a_background(tmp_path: Path) -> None:
    clear().save(tmp_path / "clear.png", icc_profile=rgb_profile())
    for codec, mode in (("webp", "RGBA"), ("jpeg", "RGB")):
        tuned = tune(tmp_path / "clear.png", codec, gate(30, strip_profile=False, background="#ffffff"), tolerance=20)
        assert tuned.best is not None
        assert (opened(tuned.best.data).mode, opened(tuned.best.data).info["icc_profile"]) == (mode, rgb_profile())


def test_a_turned_photo_of_a_press_keeps_its_profile(tmp_path: Path) -> None:
    inks, exif = PHOTO.convert("CMYK"), Image.Exif()
    exif[0x0112] = 6
    inks.save(tmp_path / "inks.jpg", quality=95, icc_profile=cmyk_profile(), exif=exif)
    tuned = tune(tmp_path / "inks.jpg", "jpeg", gate(strip_profile=False), tolerance=8)
    assert tuned.best is not None
    file = opened(tuned.best.data)
    assert (file.mode, file.size, file.info["icc_profile"]) == ("CMYK", PHOTO.size[::-1], cmyk_profile())
    with pytest.raises(ValueError, match="is for CMYK pixels, and webp holds RGB: choose codec jpeg"):
        tune(tmp_path / "inks.jpg", "webp", gate(strip_profile=False))
    assert [each.codec for each in tune_all(tmp_path / "inks.jpg", gate(strip_profile=False), tolerance=40)] == ["jpeg"]


def test_gray_with_a_gray_profile_stays_gray(tmp_path: Path) -> None:
    PHOTO.convert("L").save(tmp_path / "gray.png", icc_profile=gray_profile())
    tuned = tune(tmp_path / "gray.png", "jpeg", gate(strip_profile=False), tolerance=8)
    assert tuned.best is not None
    assert (opened(tuned.best.data).mode, opened(tuned.best.data).info["icc_profile"]) == ("L", gray_profile())


def test_what_cannot_keep_its_profile_is_said_before_the_search(tmp_path: Path) -> None:
    PHOTO.save(tmp_path / "photo.png", icc_profile=cmyk_profile())
    with pytest.raises(ValueError, match=r"photo.png: the policy keeps .* cannot be used with these pixels"):
        tune(tmp_path / "photo.png", "webp", gate(strip_profile=False))
    pytest.importorskip("pillow_jxl")
    PHOTO.save(tmp_path / "wide.png", icc_profile=rgb_profile())
    with pytest.raises(ValueError, match="which cannot be put into jxl here"):
        tune(tmp_path / "wide.png", "jxl", gate(strip_profile=False))
    assert "jxl" not in [
        each.codec for each in tune_all(tmp_path / "wide.png", gate(strip_profile=False), tolerance=40)
    ]
    clear().convert("LA").save(tmp_path / "clear.png", icc_profile=gray_profile())
    with pytest.raises(ValueError, match="cannot be used with these pixels"):
        tune_all(tmp_path / "clear.png", gate(strip_profile=False))
