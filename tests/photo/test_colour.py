"""Colours are what the file means, by what its profile does and not by its name."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from idetex_plugin.photo.icc import (
    ADOBE,
    NAMED_PRIMARIES,
    SRGB,
    coded_profile,
    gamma_profile,
    matrix_profile,
    srgb_curve,
    to_xyz_d50,
)
from tests.hostile import encoded
from tests.photo.files import (
    GRAY,
    PICTURE,
    chunk,
    companded,
    jpeg,
    judged,
    linear,
    notes,
    off,
    opened,
    plain_page,
    png,
    shown,
    tiff,
    with_app,
)

P3, REC2020 = NAMED_PRIMARIES[12], NAMED_PRIMARIES[9]
RAMP = np.linspace(0, 1, 4096)
SOFT = (PICTURE * 0.5 + 64).astype(np.uint8)
"""The picture without colours at the edge of sRGB, which other primaries would clip."""


def in_primaries(primaries: tuple[float, ...], numbers: np.ndarray = SOFT, power: float | None = None) -> np.ndarray:
    """sRGB's numbers in another space of 8 bits."""
    change = np.linalg.inv(to_xyz_d50(primaries)) @ to_xyz_d50(SRGB)  # type: ignore[arg-type]
    light = np.clip(linear(numbers) @ change.T, 0, 1)
    return np.rint(companded(light) if power is None else 255 * light ** (1 / power)).astype(np.uint8)


def named(profile: bytes, name: bytes) -> bytes:
    """The same profile under another name."""
    return profile.replace(b"made from the file's tags", name.ljust(25)[:25])


@pytest.mark.parametrize("name", [b"sRGB built-in", b"Linear sRGB", b"Rec2020-elle-V2-srgbtrc", b""])
def test_a_profile_is_applied_whatever_its_name(name: bytes) -> None:
    data = encoded("PNG", Image.fromarray(in_primaries(REC2020)), icc_profile=named(
        matrix_profile(REC2020, srgb_curve(RAMP)), name))  # fmt: skip
    assert off(data, SOFT) < 1
    assert "applied" in notes(data)[0]


@pytest.mark.parametrize("name", [b"Display P3", b"ProPhoto", b"sRGB IEC61966-2.1"])
def test_what_does_as_srgb_does_is_left_alone_whatever_its_name(name: bytes) -> None:
    data = encoded("PNG", Image.fromarray(PICTURE), icc_profile=named(matrix_profile(SRGB, srgb_curve(RAMP)), name))
    assert np.array_equal(shown(data), PICTURE)
    assert notes(data) == ()


def test_a_linear_profile_is_not_half_as_bright() -> None:
    numbers = np.rint(255 * linear(SOFT)).astype(np.uint8)
    data = encoded("PNG", Image.fromarray(numbers), icc_profile=named(matrix_profile(SRGB, RAMP), b"linear sRGB"))
    assert off(data, SOFT) < 1
    assert abs(shown(data).mean() - SOFT.mean()) < 0.5 < SOFT.mean() - numbers.mean()


def gray_profile(power: float) -> bytes:
    """A gray profile: the RGB one's header, a white point and one curve."""
    parts = [
        (b"wtpt", b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)),
        (b"kTRC", b"curv" + struct.pack(">4xIH2x", 1, round(power * 256))),
        (b"desc", b"desc" + struct.pack(">4xI", 5) + b"gray\0" + bytes(79)),
        (b"cprt", b"text" + bytes(8)),
    ]
    table, body = struct.pack(">I", len(parts)), b""
    for name, content in parts:
        table += struct.pack(">4sII", name, 128 + 4 + 12 * len(parts) + len(body), len(content))
        body += content
    head = gamma_profile(2.2, SRGB)[:128]
    size = struct.pack(">I", 128 + len(table) + len(body))
    return size + head[4:16] + b"GRAY" + head[20:128] + table + body


def test_gray_profiles_are_applied() -> None:
    numbers = np.rint(255 * linear(GRAY)).astype(np.uint8)
    wanted = companded(numbers / 255)
    for kind in ("PNG", "TIFF", "JPEG"):
        options = {"quality": 100} if kind == "JPEG" else {}
        data = encoded(kind, Image.fromarray(numbers), icc_profile=gray_profile(1.0), **options)
        assert off(data, wanted) < 1, kind
        assert notes(data) == ("colour profile 'gray' applied",)


def test_a_gray_photo_with_the_profile_of_srgb_stays_as_it_is() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded("PNG", Image.fromarray(GRAY), icc_profile=srgb)
    assert off(data, GRAY.astype(float)) == 0
    assert notes(data) == ()


@pytest.mark.parametrize("power", [1.0, 1.8, 2.6])
def test_gama_of_png(power: float) -> None:
    data = png(in_primaries(SRGB, power=power), chunk(b"gAMA", struct.pack(">I", round(100_000 / power))))
    assert off(data, SOFT) < 1
    assert notes(data) == (f"converted from gAMA {1 / power:.5g}",)


def test_gama_of_an_opened_png_counts_too() -> None:
    data = png(in_primaries(SRGB, power=1.0), chunk(b"gAMA", struct.pack(">I", 100_000)))
    assert off(opened(data), SOFT) < 1 and notes(opened(data)) == ("converted from gAMA 1",)
    usual = png(PICTURE, chunk(b"gAMA", struct.pack(">I", 45455)))
    assert np.array_equal(shown(opened(usual)), PICTURE) and notes(opened(usual)) == ()


def chrm(primaries: tuple[float, ...]) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *(round(100_000 * value) for value in primaries)))


def test_chrm_of_png() -> None:
    wide = png(in_primaries(P3), chunk(b"gAMA", struct.pack(">I", 45455)), chrm(P3))
    assert off(wide, SOFT) < 1 and notes(wide) == ("converted as cHRM says",)
    usual = png(PICTURE, chunk(b"gAMA", struct.pack(">I", 45455)), chrm(SRGB))
    assert np.array_equal(shown(usual), PICTURE) and notes(usual) == ()
    broken = png(PICTURE, chunk(b"gAMA", struct.pack(">I", 50000)), chrm((0,) * 8))
    assert notes(broken) == ("cHRM cannot be used and was ignored",)


def test_the_order_of_colour_chunks_is_that_of_the_specification() -> None:
    gamma = chunk(b"gAMA", struct.pack(">I", 100_000))
    assert np.array_equal(shown(png(PICTURE, gamma, chunk(b"sRGB", b"\0"))), PICTURE)
    profile = chunk(b"iCCP", b"p\0\0" + zlib.compress(matrix_profile(P3, srgb_curve(RAMP))))
    assert off(png(in_primaries(P3), gamma, profile), SOFT) < 1
    coded = chunk(b"cICP", bytes([9, 13, 0, 1]))
    assert off(png(in_primaries(REC2020), gamma, profile, coded), SOFT) < 1


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_shown_as_sdr_and_named(transfer: int, name: str) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8)[None, :, None], (32, 1, 3))
    data = png(ramp, chunk(b"cICP", bytes([9, transfer, 0, 1])))
    assert notes(data) == (f"HDR ({name}) shown as SDR, as cICP says",)
    values = shown(data)[0, :, 0]
    assert (np.diff(values) >= 0).all() and values[0] == 0 and values[-1] == 255
    white = {16: 0.58, 18: 0.75}[transfer] * 255  # 203 cd/m2, the white of paper (BT.2408)
    assert 205 < values[round(white)] < 245


def test_adobe_rgb_by_exif_alone() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA001] = 65535
    exif.get_ifd(0x8769)[0xA005] = {1: "R03"}
    numbers = in_primaries(ADOBE, power=563 / 256)
    data = encoded("JPEG", Image.fromarray(numbers), quality=98, subsampling=0, exif=exif)
    assert notes(data) == ("converted from Adobe RGB, as EXIF says",)
    assert off(data, SOFT) < 2 < off(encoded("JPEG", Image.fromarray(numbers), quality=98, subsampling=0), SOFT)


def test_avif_coded_in_other_primaries_is_converted() -> None:
    data = encoded("AVIF", Image.fromarray(in_primaries(REC2020)), quality=98, subsampling="4:4:4")
    at = data.index(b"nclx") + 4
    wide = data[:at] + struct.pack(">H", 9) + data[at + 2 :]
    assert off(wide, SOFT) < off(data, SOFT)
    assert notes(wide) == ("converted from nclx 9/13",)
    hdr = data[:at] + struct.pack(">HH", 9, 16) + data[at + 4 :]
    assert notes(hdr) == ("HDR (PQ) shown as SDR",)


def test_a_gain_map_is_named() -> None:
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/' hdrgm:Version='1.0'/>"
    assert notes(with_app(jpeg(), 0xE1, xmp)) == ("carries an HDR gain map; the SDR picture is judged",)
    iso = b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0"
    assert notes(with_app(jpeg(), 0xE2, iso)) == ("carries an HDR gain map; the SDR picture is judged",)


def test_a_profile_for_other_data_is_named_and_ignored() -> None:
    data = encoded("PNG", Image.fromarray(PICTURE), icc_profile=gray_profile(1.0))
    assert np.array_equal(shown(data), PICTURE)
    assert notes(data) == ("the colour profile 'gray' is for GRAY data, not RGB: ignored",)


def test_cmyk_without_a_profile_is_named() -> None:
    data = encoded("JPEG", Image.fromarray(PICTURE).convert("CMYK"))
    assert notes(data) == ("CMYK without a usable profile converted by the plain formula",)


def test_a_profile_in_a_tiff_that_only_tifffile_reads() -> None:
    numbers = in_primaries(P3).astype(np.uint16) * 257
    page = plain_page(numbers) | {34675: matrix_profile(P3, srgb_curve(RAMP)), 284: 2}
    page[273] = [np.ascontiguousarray(numbers[..., band]).tobytes() for band in range(3)]
    assert off(tiff([page]), SOFT) < 1
    assert judged(tiff([page])).info.notes[-1].endswith("applied")


def test_a_profile_larger_than_pillow_takes_is_used() -> None:
    srgb = matrix_profile(P3, srgb_curve(RAMP))
    large = struct.pack(">I", len(srgb) + (3 << 20)) + srgb[4:] + np.random.default_rng(1).bytes(3 << 20)
    data = png(in_primaries(P3), chunk(b"iCCP", b"large\0\0" + zlib.compress(large, 1)))
    assert off(data, SOFT) < 1


def test_the_made_profiles_say_what_the_standards_do() -> None:
    assert np.allclose(to_xyz_d50(SRGB), [[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7141]],
                       atol=6e-4)  # fmt: skip
    assert coded_profile(1, 13) is None and coded_profile(1, 1) is None and coded_profile(2, 2) is None
    assert coded_profile(12, 13) is not None and coded_profile(1, 8) is not None
    with pytest.raises(ValueError, match="no colours"):
        to_xyz_d50((0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3))


def test_the_profile_of_a_jpeg_2000_file() -> None:
    data = encoded("JPEG2000", Image.fromarray(in_primaries(P3)), irreversible=False)
    at = data.index(b"colr") - 4
    size = int.from_bytes(data[at : at + 4], "big")
    body = b"colr\x02\0\0" + matrix_profile(P3, srgb_curve(RAMP))
    holder = data.index(b"jp2h") - 4
    longer = int.from_bytes(data[holder : holder + 4], "big") + len(body) + 4 - size
    box = struct.pack(">I", len(body) + 4) + body
    changed = data[:holder] + struct.pack(">I", longer) + data[holder + 4 : at] + box + data[at + size :]
    assert off(changed, SOFT) < 1 < off(data, SOFT)
    assert notes(changed)[-1].endswith("applied")


def test_transparency_is_laid_over_gray_after_colours_are_converted() -> None:
    half = np.full(GRAY.shape, 128, np.uint8)
    numbers = np.rint(255 * linear(GRAY)).astype(np.uint8)
    wanted = companded(numbers / 255) * (128 / 255) + 128 * (127 / 255)
    gray = encoded("PNG", Image.fromarray(np.dstack([numbers, half]), "LA"), icc_profile=gray_profile(1.0))
    assert off(gray, wanted) < 1
    assert notes(gray) == ("colour profile 'gray' applied", "transparency laid over middle gray")
    colour = png(np.dstack([numbers, numbers, numbers, half]), chunk(b"gAMA", struct.pack(">I", 100_000)))
    assert off(colour, wanted) < 1


def test_one_bit_with_a_gray_profile() -> None:
    data = encoded("PNG", Image.fromarray(GRAY > 120), icc_profile=gray_profile(1.0))
    assert off(data, (GRAY > 120) * 255.0) == 0
