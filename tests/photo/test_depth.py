"""More than 8 bits, and numbers that mean something else than usual."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PIL import Image

from idetex_plugin.words.failure import Reason
from tests.hostile import encoded
from tests.photo.files import GRAY, PICTURE, chunk, notes, off, plain_page, png, refused, shown, tiff

WIDE = PICTURE.astype(np.uint16) * 257
WIDE_GRAY = GRAY.astype(np.uint16) * 257
FLOATS = GRAY.astype(np.float64) / 255


@pytest.mark.parametrize("big_endian", [False, True])
def test_planes_of_16_bits(big_endian: bool) -> None:
    stored = WIDE.astype(">u2") if big_endian else WIDE
    page = plain_page(WIDE) | {284: 2}
    page[273] = [np.ascontiguousarray(stored[..., band]).tobytes() for band in range(3)]
    assert off(tiff([page], big_endian), PICTURE) == 0


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_white_is_zero(dtype: type) -> None:
    top = 1 if np.issubdtype(dtype, np.floating) else np.iinfo(dtype).max
    stored = ((255 - GRAY) / 255 * top).round(0 if top > 1 else 9).astype(dtype)
    assert off(tiff([plain_page(stored, t262=0)]), GRAY) < 0.51


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_of_every_width_and_in_colour(dtype: type) -> None:
    assert off(tiff([plain_page(FLOATS.astype(dtype))]), GRAY) < 0.6
    assert off(tiff([plain_page((PICTURE / 255).astype(dtype))]), PICTURE) < 0.6


def test_colour_of_16_bits_is_the_same_in_every_container() -> None:
    for data in (png(WIDE), tiff([plain_page(WIDE)]), png(np.dstack([WIDE, np.full(GRAY.shape, 65535, np.uint16)]))):
        assert off(data, PICTURE) == 0


def test_a_dark_photo_of_16_bits_stays_dark() -> None:
    dark = WIDE_GRAY // 64
    for data in (png(dark), tiff([plain_page(dark)]), encoded("JPEG2000", Image.fromarray(dark), irreversible=False)):
        assert off(data, dark / 257) < 0.51
        assert notes(data) == (f"gray of 16 bits scaled to 8; its brightest value is {dark.max()} of 65535",)


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_fewer_bits_in_16_are_scaled_where_the_file_says_so(bits: int) -> None:
    spare = 16 - bits
    said = bytes([bits])
    low_gray, low = WIDE_GRAY >> spare, WIDE >> spare
    opaque = np.full(GRAY.shape, 65535, np.uint16)
    for data, wanted in (
        (png(low_gray, chunk(b"sBIT", said)), GRAY),
        (png(low, chunk(b"sBIT", said * 3)), PICTURE),
        (png(np.dstack([low, opaque]), chunk(b"sBIT", said * 4)), PICTURE),
        (tiff([plain_page(low_gray, t281=(1 << bits) - 1)]), GRAY),
    ):
        assert off(data, wanted) < 0.6
        assert f"{bits} bits" in notes(data)[0]


def test_sbit_as_the_specification_has_it_changes_nothing() -> None:
    high = (WIDE >> 4) << 4
    assert off(png(high, chunk(b"sBIT", b"\x0c\x0c\x0c")), PICTURE) < 0.1
    assert notes(png(high, chunk(b"sBIT", b"\x0c\x0c\x0c"))) == ()


def test_colour_jpeg_2000_of_16_bits_does_not_wrap_white_to_black() -> None:
    openjpeg = pytest.importorskip("openjpeg")
    white = WIDE.copy()
    white[:40, :40] = 65535
    data = openjpeg.encode(white, photometric_interpretation=1, codec_format=1)
    wanted = PICTURE.copy()
    wanted[:40, :40] = 255
    assert off(data, wanted) < 0.01
    assert notes(data) == ("16 bits a channel scaled to 8",)


def test_colour_jpeg_2000_of_16_bits_is_not_judged_wrongly_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    openjpeg = pytest.importorskip("openjpeg")
    data = openjpeg.encode(WIDE, photometric_interpretation=1, codec_format=1)
    monkeypatch.setitem(sys.modules, "openjpeg.utils", None)
    reason, message = refused(data)
    assert reason is Reason.UNSUPPORTED_FORMAT and "idetex-plugin[formats]" in message


def test_holes_are_named_and_gray() -> None:
    holed = FLOATS.astype(np.float32)
    holed[:20, :12] = np.nan
    [hole, scaled] = notes(tiff([plain_page(holed)]))
    assert hole == "0.62 % of the values hold no data and are shown as middle gray"
    assert scaled == "floats in 0..1 scaled to 8 bits"
    values = shown(tiff([plain_page(holed)]))
    assert (values[:20, :12] == 128).all()
    assert np.abs(values[20:, :, 0] - GRAY[20:]).max() <= 1


@pytest.mark.parametrize("said", [True, False])
def test_no_data_does_not_stretch_the_range(said: bool) -> None:
    heights = GRAY.astype(np.float32) * 3 - 1000
    heights[:20, :12] = -9999
    data = tiff([plain_page(heights, **({"t42113": "-9999"} if said else {}))])
    assert notes(data)[0].endswith("hold no data and are shown as middle gray")
    low, high = (3.0 * value - 1000 for value in (GRAY[heights != -9999].min(), GRAY[heights != -9999].max()))
    assert notes(data)[1] == f"values in {low:g}..{high:g} stretched to 8 bits"


def test_dim_floats_are_named() -> None:
    assert notes(tiff([plain_page(FLOATS.astype(np.float32) / 8)])) == (
        f"floats in 0..1 scaled to 8 bits; its brightest value is {GRAY.max() / 255 / 8:g} of 1",
    )


def test_no_data_of_16_bits_is_transparent() -> None:
    holed = WIDE_GRAY.copy()
    holed[:20, :12] = 65535
    values = shown(tiff([plain_page(holed, t42113="65535")]))
    assert (values[:20, :12] == 128).all() and np.array_equal(values[20:, :, 0], GRAY[20:])


def test_a_photo_of_nothing_but_holes_is_refused() -> None:
    reason, message = refused(tiff([plain_page(np.full((40, 40), -9999, np.float32), t42113="-9999")]))
    assert reason is Reason.CORRUPT and "holds no data" in message


def test_a_transparent_gray_of_16_bits() -> None:
    data = png(WIDE_GRAY, chunk(b"tRNS", int(WIDE_GRAY[0, 0]).to_bytes(2, "big")))
    assert (shown(data)[GRAY[0, 0] == GRAY] == 128).all()
    assert notes(data)[-1] == "transparency laid over middle gray"


def test_pnm_of_16_bits() -> None:
    data = b"P5 240 160 65535\n" + WIDE_GRAY.astype(">u2").tobytes()
    assert off(data, GRAY) == 0
