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
from standins import WindowEngine, nano_says

from idetex_plugin import Assessor, load_photo
from idetex_plugin.gating.check import Gate
from idetex_plugin.gating.codecs import CODECS
from idetex_plugin.gating.tune import tune, tune_all
from idetex_plugin.photo.decode import decode
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.words.policy import Policy, Similarity

PHOTO = Image.open(Path(__file__).parents[2] / "demo" / "bedside.jpg").convert("RGB").crop((200, 200, 500, 420))


def gate(passes: float) -> Gate:
    policy = Policy(name="p", similarity=Similarity(passes=passes, rejects=passes))
    return Gate(policy, Assessor(engine=WindowEngine(answer=nano_says), hooks=Hooks()))


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


def clear() -> Image.Image:
    photo = PHOTO.copy()
    photo.putalpha(Image.linear_gradient("L").resize(PHOTO.size))
    return photo


def laid_on(colour: str | None, passes: float = 60) -> Gate:
    judge = gate(passes)
    return Gate(judge.policy.model_copy(update={"background": colour}), judge.assessor)


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
        tune(clear(), "jpeg", laid_on(None))
    tuned = tune(clear(), "jpeg", laid_on("#ffffff"), tolerance=20)
    assert tuned.best is not None
    top = Image.open(io.BytesIO(tuned.best.data)).getpixel((5, 0))
    assert min(top) > 240  # type: ignore[type-var]
    assert "jpeg" not in [each.codec for each in tune_all(clear(), laid_on(None), tolerance=40)]


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
    path, judge = moving(tmp_path / "a.png"), gate(60)
    still = Gate(judge.policy.model_copy(update={"still_from_animation": True}), judge.assessor)
    tuned = tune(path, "webp", still, tolerance=20)
    assert tuned.best is not None
    assert still.check(path, tuned.best.data).outcome == tuned.best.verdict.outcome == "pass"


def test_a_file_is_judged_beside_the_photo_as_it_was_given(tmp_path: Path) -> None:
    path, judge = tmp_path / "photo.jpg", gate(10)
    PHOTO.save(path, quality=50, icc_profile=rgb_profile())
    strict = Gate(judge.policy.model_copy(update={"min_saving": 0.99}), judge.assessor)
    tuned = tune(path, "jpeg", strict, tolerance=20)
    assert tuned.best is None
    assert all("the policy asks for 99%" in " ".join(trial.verdict.reasons) for trial in tuned.trials)


@pytest.mark.parametrize("background", [None, "#ffffff"])
def test_the_photo_is_decoded_once_for_all_trials(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, background: str | None
) -> None:
    photo = PHOTO if background is None else clear()
    photo.save(tmp_path / "photo.png", icc_profile=rgb_profile())
    original, judge = (tmp_path / "photo.png").read_bytes(), laid_on(background)
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


KEEPING = {"strip_profile": False}


def keeping(passes: float = 60, **more: Any) -> Gate:
    judge = gate(passes)
    return Gate(judge.policy.model_copy(update=KEEPING | more), judge.assessor)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("codec", ["jpeg", "webp", "avif", "png-palette"])
def test_a_policy_that_keeps_profiles_has_the_photos_own(tmp_path: Path, codec: str) -> None:
    vivid = Image.composite(
        Image.new("RGB", PHOTO.size, (255, 20, 10)), PHOTO, Image.linear_gradient("L").resize(PHOTO.size)
    )
    vivid.save(tmp_path / "photo.png", icc_profile=rgb_profile())
    tuned = tune(tmp_path / "photo.png", codec, keeping(), tolerance=8)
    assert tuned.best is not None and not tuned.best.verdict.reasons
    assert opened(tuned.best.data).info["icc_profile"] == rgb_profile()
    mean = np.asarray(opened(tuned.best.data).convert("RGB"), float).mean((0, 1))
    assert np.abs(mean - np.asarray(vivid, float).mean((0, 1))).max() < 2
    plain = tune(tmp_path / "photo.png", codec, gate(60), tolerance=8)
    assert plain.best is not None and not opened(plain.best.data).info.get("icc_profile")


def test_a_kept_profile_goes_with_transparency_and_with_a_background(tmp_path: Path) -> None:
    clear().save(tmp_path / "clear.png", icc_profile=rgb_profile())
    for codec, mode in (("webp", "RGBA"), ("jpeg", "RGB")):
        tuned = tune(tmp_path / "clear.png", codec, keeping(30, background="#ffffff"), tolerance=20)
        assert tuned.best is not None
        assert (opened(tuned.best.data).mode, opened(tuned.best.data).info["icc_profile"]) == (mode, rgb_profile())


def test_a_turned_photo_of_a_press_keeps_its_profile(tmp_path: Path) -> None:
    inks, exif = PHOTO.convert("CMYK"), Image.Exif()
    exif[0x0112] = 6
    inks.save(tmp_path / "inks.jpg", quality=95, icc_profile=cmyk_profile(), exif=exif)
    tuned = tune(tmp_path / "inks.jpg", "jpeg", keeping(), tolerance=8)
    assert tuned.best is not None
    file = opened(tuned.best.data)
    assert (file.mode, file.size, file.info["icc_profile"]) == ("CMYK", PHOTO.size[::-1], cmyk_profile())
    with pytest.raises(ValueError, match="is for CMYK pixels, and webp holds RGB: choose codec jpeg"):
        tune(tmp_path / "inks.jpg", "webp", keeping())
    assert [each.codec for each in tune_all(tmp_path / "inks.jpg", keeping(), tolerance=40)] == ["jpeg"]


def test_gray_with_a_gray_profile_stays_gray(tmp_path: Path) -> None:
    PHOTO.convert("L").save(tmp_path / "gray.png", icc_profile=gray_profile())
    tuned = tune(tmp_path / "gray.png", "jpeg", keeping(), tolerance=8)
    assert tuned.best is not None
    assert (opened(tuned.best.data).mode, opened(tuned.best.data).info["icc_profile"]) == ("L", gray_profile())


def test_what_cannot_keep_its_profile_is_said_before_the_search(tmp_path: Path) -> None:
    PHOTO.save(tmp_path / "photo.png", icc_profile=cmyk_profile())
    with pytest.raises(ValueError, match=r"photo.png: the policy keeps .* cannot be used with these pixels"):
        tune(tmp_path / "photo.png", "webp", keeping())
    pytest.importorskip("pillow_jxl")
    PHOTO.save(tmp_path / "wide.png", icc_profile=rgb_profile())
    with pytest.raises(ValueError, match="which cannot be put into jxl here"):
        tune(tmp_path / "wide.png", "jxl", keeping())
    assert "jxl" not in [each.codec for each in tune_all(tmp_path / "wide.png", keeping(), tolerance=40)]
    clear().convert("LA").save(tmp_path / "clear.png", icc_profile=gray_profile())
    with pytest.raises(ValueError, match="cannot be used with these pixels"):
        tune_all(tmp_path / "clear.png", keeping())


def test_an_animation_in_jpeg_xl_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pillow_jxl")
    for data in (MOVING_JXL, MOVING_JXL_IN_BOXES):
        for source in (data, io.BytesIO(data), load_photo(data)):
            with pytest.raises(ValueError, match="an animation, of which only one frame"):
                tune(source, "webp", gate(10))
