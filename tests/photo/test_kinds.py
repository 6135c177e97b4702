"""Valid files are read or named, never called corrupt; what is not the photo is not judged in its place."""

from __future__ import annotations

import io
import struct
import sys
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from idetex_plugin.photo.jxl import jxl_moves, jxl_size
from idetex_plugin.photo.load import load_photo
from idetex_plugin.words.failure import Reason
from tests.films import MOVING_JXL, MOVING_JXL_IN_BOXES
from tests.hostile import bomb, encoded
from tests.photo.files import GRAY, PICTURE, chunk, jpeg, notes, off, plain_page, png, refused, tiff

SMALL = np.ascontiguousarray(PICTURE[::4, ::4])


def thumbnail_first(full: dict[int, object], **more: object) -> bytes:
    return tiff([plain_page(SMALL, t254=1, **more), full])


def raw_like(**more: object) -> bytes:
    mosaic = plain_page(GRAY.astype(np.uint16) * 16, t254=0, t262=32803)
    return thumbnail_first(mosaic, **more)


RAWS = {
    "dng": raw_like(t50706=b"\x01\x04\0\0"), "renamed": raw_like(),
    "mosaic alone": tiff([plain_page(GRAY, t262=32803)]), "linear raw": tiff([plain_page(PICTURE, t262=34892)]),
    "cr2": b"II*\0\x10\0\0\0CR\x02\0" + bytes(99), "cr3": b"\0\0\0\x18ftypcrx " + bytes(99),
    "raf": b"FUJIFILMCCD-RAW 0201" + bytes(99), "orf": b"IIRO\x08\0\0\0" + bytes(99), "rw2": b"IIU\0" + bytes(99),
}  # fmt: skip


@pytest.mark.parametrize("kind", RAWS)
def test_a_raw_file_is_named_and_its_thumbnail_not_judged(kind: str) -> None:
    reason, message = refused(RAWS[kind])
    assert reason is Reason.UNSUPPORTED_FORMAT and "a camera raw photo" in message


def test_the_first_page_is_not_judged_when_it_is_a_thumbnail() -> None:
    data = thumbnail_first(plain_page(PICTURE, t254=0))
    assert off(data, PICTURE) == 0
    assert notes(data) == ("the first page is a reduced version of the photo and was passed over",)


def test_overviews_behind_the_photo_are_no_frames() -> None:
    data = tiff([plain_page(PICTURE), plain_page(SMALL, t254=1), plain_page(SMALL[..., 0].copy(), t254=4)])
    assert notes(data) == () and off(data, PICTURE) == 0
    assert notes(tiff([plain_page(PICTURE)] * 3)) == ("first frame of 3",)


def test_large_texts_and_large_sizes_are_valid() -> None:
    text = chunk(b"zTXt", b"comment\0\0" + zlib.compress(b"x" * (2 << 20)))
    assert off(png(PICTURE, text), PICTURE) == 0
    plain = chunk(b"tEXt", b"comment\0" + b"y" * (3 << 20))
    assert off(png(PICTURE, plain), PICTURE) == 0


def test_png_of_no_width_is_corrupt() -> None:
    head = struct.pack(">IIBBBBB", 0, 64, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IEND", b"")
    reason, message = refused(data)
    assert reason is Reason.CORRUPT and "0 x 64" in message


@pytest.mark.parametrize(("compression", "name"), [(33003, "JPEG 2000"), (34712, "JPEG 2000"), (50002, "JPEG XL")])
def test_what_codes_a_tiff_is_named(compression: int, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    reason, message = refused(tiff([plain_page(PICTURE, t259=compression)]))
    assert reason is Reason.UNSUPPORTED_FORMAT and name in message


@pytest.mark.parametrize(
    ("begins", "name"),
    [(b"DDS |", "DirectDraw"), (b"PF\n", "float map"), (b"8BPS", "Photoshop"), (b"v/1\x01", "OpenEXR"),
     (b"II\xbc\x01", "JPEG XR"), (b"gimp xcf", "GIMP"), (b"\0\0\0\x18ftypisom", "video")],
)  # fmt: skip
def test_kinds_that_are_never_judged_are_named(begins: bytes, name: str) -> None:
    reason, message = refused(begins + bytes(200))
    assert reason is Reason.UNSUPPORTED_FORMAT and name in message


def heic(**options: object) -> bytes:
    pillow_heif = pytest.importorskip("pillow_heif")
    buffer = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(PICTURE)).save(buffer, quality=90, **options)
    return buffer.getvalue()


def jxl(**options: object) -> bytes:
    pytest.importorskip("pillow_jxl")
    return encoded("JXL", Image.fromarray(PICTURE), lossless=True, **options)


def test_heic_and_jpeg_xl_are_read_with_the_extra_and_named_without(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"HEIF": heic(), "JXL": jxl()}
    for kind, data in files.items():
        assert load_photo(data).info.format == kind
        assert off(data, PICTURE) < 6
    for module in ("pillow_heif", "pillow_jxl", "pillow_jxl.JpegXLImagePlugin"):
        monkeypatch.setitem(sys.modules, module, None)
    for data in files.values():
        reason, message = refused(data)
        assert reason is Reason.UNSUPPORTED_FORMAT and "idetex-plugin[formats]" in message


def test_a_turned_heic_is_turned_once() -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    stored = Image.fromarray(np.ascontiguousarray(np.rot90(PICTURE)))
    pillow_heif.from_pillow(stored).save(buffer, quality=90, exif=exif.tobytes())
    assert off(buffer.getvalue(), PICTURE) < 6


@pytest.mark.parametrize("size", [(240, 160), (97, 33), (3000, 17), (256, 256)])
def test_the_size_of_jpeg_xl_is_known_before_its_pixels(size: tuple[int, int]) -> None:
    pytest.importorskip("pillow_jxl")
    for container in (False, True):
        data = encoded("JXL", Image.new("RGB", size, "teal"), use_container=container)
        assert jxl_size(data) == size
        assert refused(data, max_pixels=size[0] * size[1] - 1)[0] is Reason.TOO_LARGE


def test_an_animation_in_jpeg_xl_is_noted() -> None:
    pytest.importorskip("pillow_jxl")
    for data in (MOVING_JXL, MOVING_JXL_IN_BOXES):
        assert jxl_moves(data) and jxl_size(data) == (20, 24)
        assert notes(data) == ("last frame of an animation; the others cannot be read",)
    assert not jxl_moves(jxl()) and not jxl_moves(jxl(use_container=True))
    assert not jxl_moves(MOVING_JXL[:13]) and not jxl_moves(b"")


def icon(inner: bytes, side: int = 64) -> bytes:
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, side, side, 0, 0, 1, 32, len(inner), 22) + inner


def test_an_icon_that_holds_a_huge_png_is_refused_before_it_is_decoded() -> None:
    tracemalloc.start()
    assert refused(icon(bomb(20_000, 20_000)))[0] is Reason.TOO_LARGE
    assert tracemalloc.get_traced_memory()[1] < 20 << 20
    tracemalloc.stop()
    assert off(icon(png(PICTURE)), PICTURE) == 0


def test_deep_gray_is_scaled_in_strips() -> None:
    import resource

    wide = np.zeros((6000, 6000), np.uint16)
    wide[::2] = 40_000
    data = tiff([plain_page(wide)])
    del wide
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert load_photo(data).image.size == (6000, 6000)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 36 * 12  # megabytes: 12 bytes a pixel, of which the result in Pillow's RGB takes 4


def test_a_jpeg_in_any_disguise_is_found() -> None:
    assert load_photo(jpeg()).info.format == "JPEG"


@pytest.mark.parametrize(("marker", "name"), [(0xC3, "lossless"), (0xF7, "JPEG-LS"), (0xC7, "hierarchical")])
def test_rare_codings_of_jpeg_are_named(marker: int, name: str) -> None:
    data = jpeg()
    at = data.index(b"\xff\xc0")
    reason, message = refused(data[:at] + bytes([0xFF, marker]) + data[at + 2 :])
    assert reason is Reason.UNSUPPORTED_FORMAT and name in message


def test_complex_numbers_are_named() -> None:
    page = plain_page(GRAY.astype(np.float64)) | {339: [6]}
    reason, message = refused(tiff([page]))
    assert reason is Reason.UNSUPPORTED_FORMAT and "complex" in message


def test_a_bmp_of_no_width_is_corrupt() -> None:
    data = encoded("BMP")
    assert refused(data[:18] + bytes(4) + data[22:])[0] is Reason.CORRUPT
