"""The coded pixels of a file without what else it holds."""

import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from idetex_plugin.photo.strip import without_metadata
from tests.hostile import encoded, scene
from tests.photo.files import chunk

SECRET = b"photographed by a neighbour"
PHOTO = Image.fromarray(scene(96, 64))
XMP = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/>' + SECRET + b"</x:xmpmeta>"


def about() -> dict[str, object]:
    """What a camera and an editor add to a file."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, SECRET.decode()
    return {"exif": exif, "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()}


def texts() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SECRET.decode())
    info.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    return info


FILES = {
    "JPEG": encoded("JPEG", PHOTO, comment=SECRET, xmp=XMP, **about()),
    "progressive JPEG": encoded("JPEG", PHOTO, progressive=True, comment=SECRET, xmp=XMP, **about()),
    "JPEG with restarts": encoded("JPEG", PHOTO, restart_marker_blocks=2, comment=SECRET, **about()),
    "gray JPEG": encoded("JPEG", PHOTO.convert("L"), comment=SECRET),
    "RGB JPEG": encoded("JPEG", PHOTO, keep_rgb=True, comment=SECRET),
    "JPEG with more after it": encoded("JPEG", PHOTO) + SECRET + encoded("JPEG", PHOTO),
    "MPO": encoded("MPO", PHOTO, save_all=True, append_images=[PHOTO.rotate(180)]),
    "PNG": encoded("PNG", PHOTO, pnginfo=texts(), dpi=(300, 300), **about()),
    "PNG with gamma": encoded("PNG", PHOTO).replace(chunk(b"IEND", b""), chunk(b"gAMA", struct.pack(">I", 100_000)))
    + chunk(b"tEXt", b"a\0" + SECRET) + chunk(b"IEND", b"") + SECRET,
    "WebP": encoded("WEBP", PHOTO, xmp=XMP, **about()),
    "lossless WebP": encoded("WEBP", PHOTO, lossless=True, xmp=XMP, **about()),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_the_same_pixels_and_nothing_to_turn_or_recolour_them_by(name: str) -> None:
    data = FILES[name]
    found = without_metadata(data)
    assert found is not None and len(found) <= len(data) and SECRET not in found
    with Image.open(io.BytesIO(data)) as given, Image.open(io.BytesIO(found)) as left:
        assert np.array_equal(np.asarray(left), np.asarray(given))
        assert getattr(left, "n_frames", 1) == 1 and dict(left.getexif()) == {}
        assert not {"icc_profile", "exif", "xmp", "gamma", "comment", "XML:com.adobe.xmp"} & left.info.keys()
    assert without_metadata(found) == found


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_without_anything_else_is_as_it_was(kind: str) -> None:
    assert without_metadata(encoded(kind, PHOTO)) == encoded(kind, PHOTO)


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "AVIF"])
def test_other_kinds_are_left_alone(kind: str) -> None:
    assert without_metadata(encoded(kind, PHOTO)) is None


def test_a_moving_webp_has_no_one_picture() -> None:
    assert without_metadata(encoded("WEBP", PHOTO, save_all=True, append_images=[PHOTO.rotate(180)])) is None


@given(st.sampled_from(sorted(FILES)), st.data())
def test_what_is_cut_short_is_none(name: str, draw: st.DataObject) -> None:
    data = FILES[name]
    cut = data[: draw.draw(st.integers(0, len(without_metadata(data) or b"") // 2))]
    assert without_metadata(cut) is None


@given(st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBP"]), st.binary(max_size=200))
def test_any_bytes_give_bytes_or_nothing(start: bytes, rest: bytes) -> None:
    assert isinstance(without_metadata(start + rest), bytes | None)
