from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from idetex_plugin.photo.load import PhotoError, load_photo
from idetex_plugin.photo.sources import find_photos
from idetex_plugin.words.failure import Reason
from tests.hostile import encoded, good, scene, write_hostile


def pixels(source: object) -> np.ndarray:
    return np.asarray(load_photo(source).image)


def test_every_hostile_file_is_judged_or_refused_for_the_right_reason(tmp_path: Path) -> None:
    cases = write_hostile(tmp_path / "h")
    assert len(cases) >= 60
    wrong = []
    for case in cases:
        try:
            photo, reason = load_photo(case.path), None
            assert photo.image.mode == "RGB"
            assert photo.image.size == (photo.info.width, photo.info.height)
        except PhotoError as error:
            reason = error.failure.reason
            assert os.path.basename(error.info.name) in error.failure.message
            assert "0x" not in error.failure.message
        if reason not in (case.reasons or {None}):
            wrong.append((os.path.basename(case.path)[:40], reason, set(case.reasons)))
    assert wrong == []


def test_a_walk_finds_each_hostile_file_once(tmp_path: Path) -> None:
    cases = write_hostile(tmp_path / "h")
    found = [source.path for source in find_photos([tmp_path / "h", tmp_path / "h" / "plain.png"])]
    assert sorted(found) == sorted(case.path for case in cases)
    for source in find_photos([tmp_path / "h"]):
        source.name.encode("utf-8")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_to_the_pixel(orientation: int) -> None:
    upright = scene()
    stored = {
        1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1], 5: upright.transpose(1, 0, 2),
        6: np.rot90(upright), 7: np.rot90(upright[::-1]), 8: np.rot90(upright, -1),
    }[orientation]  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = load_photo(encoded("PNG", Image.fromarray(np.ascontiguousarray(stored)), exif=exif))
    assert np.array_equal(np.asarray(photo.image), upright)
    assert photo.info.notes == (() if orientation == 1 else (f"EXIF orientation {orientation} applied",))


def test_deep_gray_keeps_its_exposure() -> None:
    gray = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    for kind in ("PNG", "TIFF", "JPEG2000"):
        photo = load_photo(encoded(kind, Image.fromarray(gray)))
        values = np.asarray(photo.image)[..., 0]
        assert abs(float(values.mean()) - 127.5) < 1
        assert (values == 255).mean() < 0.01
        assert photo.info.notes == ("gray of 16 bits scaled to 8",)


def test_float_gray_is_neither_black_nor_white() -> None:
    ramp = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)
    for top in (1, 255, 65535):
        values = pixels(encoded("TIFF", Image.fromarray(ramp * top)))[..., 0]
        assert np.abs(values - ramp * 255).max() <= 0.5 + 1e-3


def test_transparency_is_laid_over_middle_gray_and_opaque_alpha_dropped() -> None:
    hidden = np.dstack([np.zeros((32, 32, 3), np.uint8), np.zeros((32, 32), np.uint8)])
    assert (pixels(Image.fromarray(hidden)) == 128).all()
    solid = np.dstack([scene(), np.full((64, 96), 255, np.uint8)])
    photo = load_photo(Image.fromarray(solid))
    assert np.array_equal(np.asarray(photo.image), scene())
    assert photo.info.notes == ()


def test_a_wide_colour_profile_is_applied_and_srgb_is_not() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(pixels(encoded("PNG", icc_profile=srgb)), scene())
    assert load_photo(encoded("PNG", icc_profile=b"nonsense")).info.notes == (
        "the colour profile cannot be used and was ignored",
    )


def test_animations_say_that_only_the_first_frame_was_looked_at() -> None:
    frames = [Image.fromarray(np.roll(scene(), k * 9, 1)) for k in range(3)]
    data = encoded("WEBP", frames[0], save_all=True, append_images=frames[1:], lossless=True)
    photo = load_photo(data)
    assert photo.info.notes == ("first frame of 3",)
    assert np.array_equal(np.asarray(photo.image), scene())


def test_arrays_of_every_kind() -> None:
    rgb = scene()
    assert np.array_equal(pixels(rgb), rgb)
    assert np.array_equal(pixels(rgb.astype(np.uint16) * 257), rgb)
    assert np.array_equal(pixels(rgb / 255), rgb)
    assert np.array_equal(pixels(rgb[..., :1])[..., 0], rgb[..., 0])
    assert np.array_equal(pixels(rgb[..., 0] > 99)[..., 0] > 0, rgb[..., 0] > 99)
    for wrong in (rgb[None], rgb[..., :2], np.zeros((0, 4)), rgb.astype(np.int64), rgb * 1.0, rgb / np.nan):
        with pytest.raises(PhotoError):
            load_photo(wrong)


def test_the_same_content_has_the_same_hash_and_other_content_another(tmp_path: Path) -> None:
    data = encoded("PNG")
    (tmp_path / "a.png").write_bytes(data)
    first = load_photo(tmp_path / "a.png").info
    assert first.sha256 == load_photo(data).info.sha256
    assert load_photo(scene()).info.sha256 != load_photo(scene()[::-1]).info.sha256


@pytest.mark.parametrize("address", ["https://x.org/a.jpg", "s3://bucket/a.jpg", "file:///etc/passwd", "HTTP://X"])
def test_nothing_is_fetched(address: str) -> None:
    with pytest.raises(PhotoError) as caught:
        load_photo(address)
    assert caught.value.failure.reason is Reason.REMOTE


def test_the_size_limit_can_be_set() -> None:
    with pytest.raises(PhotoError) as caught:
        load_photo(scene(), max_pixels=96 * 64 - 1)
    assert caught.value.failure.reason is Reason.TOO_LARGE
    assert load_photo(scene(), max_pixels=96 * 64)


def test_more_pixels_than_the_decoder_takes_are_told() -> None:
    """A JPEG header of 20000 x 10000 pixels."""
    bomb = bytearray(encoded("JPEG", Image.new("RGB", (32, 32))))
    place = bomb.index(b"\xff\xc0") + 5
    bomb[place : place + 4] = (10000).to_bytes(2, "big") + (20000).to_bytes(2, "big")
    with pytest.raises(PhotoError, match="has 200000000 pixels, more than the 178956970 that Pillow takes") as caught:
        load_photo(bytes(bomb))
    assert caught.value.failure.reason is Reason.TOO_LARGE


def test_what_is_no_source_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="int is no path"):
        load_photo(3)


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_refused(data: bytes) -> None:
    try:
        load_photo(data)
    except PhotoError as error:
        assert error.failure.message


@settings(max_examples=150)
@given(st.sampled_from([data for _, data in good()]), st.data())
def test_damaged_files_give_pixels_or_a_refusal(data: bytes, draw: st.DataObject) -> None:
    end = draw.draw(st.integers(0, len(data)))
    at = draw.draw(st.integers(0, max(end - 1, 0)))
    broken = data[:at] + draw.draw(st.binary(max_size=8)) + data[at:end]
    try:
        assert load_photo(broken).image.mode == "RGB"
    except PhotoError as error:
        assert error.failure.message


def test_the_image_given_is_not_changed() -> None:
    image = Image.fromarray(scene())
    before = image.tobytes()
    load_photo(image).image.putpixel((0, 0), (1, 2, 3))
    assert image.tobytes() == before


def test_half_a_jpeg_passes_verify_and_is_refused_all_the_same() -> None:
    data = encoded("JPEG")
    half = data[: len(data) // 2]
    Image.open(io.BytesIO(half)).verify()
    with pytest.raises(PhotoError) as caught:
        load_photo(half)
    assert caught.value.failure.reason is Reason.TRUNCATED


def test_an_open_file_is_read_whole_and_left_where_it_stood(tmp_path: Path) -> None:
    data = encoded("PNG")
    (tmp_path / "a.png").write_bytes(data)
    with (tmp_path / "a.png").open("rb") as file:
        file.seek(3)
        assert load_photo(file).info == load_photo(tmp_path / "a.png").info
        assert file.tell() == 3
    assert load_photo(io.BytesIO(data)).info.sha256 == load_photo(data).info.sha256
    with pytest.raises(PhotoError, match="cannot be read: I/O operation on closed file"):
        load_photo(file)
    with (tmp_path / "a.png").open(encoding="latin-1") as text, pytest.raises(PhotoError, match="binary mode"):
        load_photo(text)
