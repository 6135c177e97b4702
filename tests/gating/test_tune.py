from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from profiles import rgb_profile
from tuning import PHOTO, clear, gate

from idetex_plugin import load_photo
from idetex_plugin.gating.codecs import CODECS
from idetex_plugin.gating.tune import tune, tune_all
from idetex_plugin.photo.decode import decode


@pytest.mark.parametrize("codec", CODECS)
def test_it_finds_the_smallest_file_that_passes(codec: str) -> None:
    if not CODECS[codec].is_installed:
        pytest.skip(f"{CODECS[codec].package} is not installed")
    judge = gate(60)
    tuned = tune(PHOTO, codec, judge)
    assert tuned.best is not None and tuned.best.passes
    assert load_photo(tuned.best.data).image.size == PHOTO.size
    assert len(tuned.trials) <= 2 + np.ceil(np.log2(CODECS[codec].best - CODECS[codec].worst))
    below = [trial for trial in tuned.curve if len(trial.data) < len(tuned.best.data)]
    assert below and not any(trial.passes for trial in below)


def test_two_trials_settle_the_extremes() -> None:
    even = tune(Image.new("RGB", (64, 64), "gray"), "jpeg", gate(10))
    assert [trial.setting for trial in even.trials] == [95, 5]
    assert even.best is not None
    hopeless = tune(PHOTO, "jpeg", gate(100))
    assert hopeless.best is None
    assert len(hopeless.trials) == 1


def test_a_tolerance_saves_trials() -> None:
    told: list[int] = []
    tuned = tune(PHOTO, "jpeg", gate(70), lambda trial: told.append(trial.setting), tolerance=20)
    assert told == [trial.setting for trial in tuned.trials]
    assert len(told) <= 6


def test_an_unknown_codec_is_named() -> None:
    with pytest.raises(ValueError, match="'heic': choose from jpeg, webp, avif, jxl, png-palette"):
        tune(PHOTO, "heic", gate(100))


@pytest.mark.parametrize("codec", ["webp", "avif"])
def test_transparency_is_kept(codec: str, tmp_path: Path) -> None:
    clear().save(tmp_path / "clear.png")
    tuned = tune(tmp_path / "clear.png", codec, gate(30), tolerance=20)
    assert tuned.best is not None
    alpha = Image.open(io.BytesIO(tuned.best.data)).convert("RGBA").getchannel("A")
    assert alpha.getextrema()[0] < 60


def test_a_palette_keeps_hard_transparency() -> None:
    icon = Image.new("RGBA", (96, 96))
    icon.paste((200, 60, 40, 255), (20, 20, 70, 70))
    tuned = tune(icon, "png-palette", gate(60))
    assert tuned.best is not None
    assert Image.open(io.BytesIO(tuned.best.data)).convert("RGBA").getpixel((0, 0))[3] == 0  # type: ignore[index]


def test_an_opaque_codec_needs_a_background_for_what_is_clear() -> None:
    with pytest.raises(ValueError, match="the photo is transparent, which jpeg cannot be"):
        tune(clear(), "jpeg", gate())
    tuned = tune(clear(), "jpeg", gate(background="#ffffff"), tolerance=20)
    assert tuned.best is not None
    top = Image.open(io.BytesIO(tuned.best.data)).getpixel((5, 0))
    assert min(top) > 240  # type: ignore[type-var]
    assert "jpeg" not in [each.codec for each in tune_all(clear(), gate(), tolerance=40)]


def test_all_codecs_stand_in_one_table_the_smallest_first() -> None:
    told: list[str] = []
    found = tune_all(PHOTO, gate(60), ["jpeg", "webp", "avif"], lambda name, _: told.append(name), tolerance=8, jobs=3)
    sizes = [len(each.best.data) for each in found if each.best]
    assert sizes == sorted(sizes)
    assert len(sizes) == 3
    assert set(told) == {"jpeg", "webp", "avif"}
    alone = {codec: tune(PHOTO, codec, gate(60), tolerance=8).best for codec in ("jpeg", "webp", "avif")}
    assert {each.codec: each.best and each.best.setting for each in found} == {
        codec: best and best.setting for codec, best in alone.items()
    }


def test_within_a_number_of_bytes_the_best_setting_is_taken() -> None:
    tuned = tune(PHOTO, "jpeg", gate(10), max_bytes=9000)
    assert tuned.best is not None
    assert len(tuned.trials) == 1
    assert len(tuned.best.data) <= 9000 < len(CODECS["jpeg"].encode(PHOTO, tuned.best.setting + 1))
    assert tune(PHOTO, "jpeg", gate(10), max_bytes=100).best is None
    assert tune(PHOTO, "jpeg", gate(100), max_bytes=9000).best is None
    assert tune(PHOTO, "jpeg", gate(10), max_bytes=10**7).best is not None


def test_a_file_is_judged_beside_the_photo_as_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    PHOTO.save(path, quality=50, icc_profile=rgb_profile())
    tuned = tune(path, "jpeg", gate(10, min_saving=0.99), tolerance=20)
    assert tuned.best is None
    assert all("the policy asks for 99%" in " ".join(trial.verdict.reasons) for trial in tuned.trials)


@pytest.mark.parametrize("background", [None, "#ffffff"])
def test_the_photo_is_decoded_once_for_all_trials(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, background: str | None
) -> None:
    photo = PHOTO if background is None else clear()
    photo.save(tmp_path / "photo.png", icc_profile=rgb_profile())
    original, judge = (tmp_path / "photo.png").read_bytes(), gate(background=background)
    seen: list[bool] = []

    def counting(data: bytes, *rest: Any, **options: Any) -> Any:
        seen.append(data == original)
        return decode(data, *rest, **options)

    for module in ("photo.load", "gating.diagnose.side"):
        monkeypatch.setattr(f"idetex_plugin.{module}.decode", counting)
    assert len(tune(tmp_path / "photo.png", "jpeg", judge).trials) > 6
    assert sum(seen) <= 2  # what is judged, and how it is stored


def test_verdicts_are_those_of_the_gate_alone(tmp_path: Path) -> None:
    PHOTO.save(tmp_path / "photo.jpg", quality=95, icc_profile=rgb_profile())
    judge = gate(60)
    for trial in tune(tmp_path / "photo.jpg", "webp", judge, tolerance=8).trials:
        assert judge.check(tmp_path / "photo.jpg", trial.data, "webp") == trial.verdict
