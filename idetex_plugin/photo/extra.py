"""HEIC and JPEG XL, where the extra `formats` is installed. Pillow's own list of formats is not asked for them."""

from __future__ import annotations

import io

from PIL import Image

from idetex_plugin.photo.boxes import boxes, coded_colour
from idetex_plugin.photo.frame import CheckSize, Frame, Refusal, exif_orientation
from idetex_plugin.photo.icc import HDR_NAMES, coded_profile
from idetex_plugin.photo.jpeg import GAIN_MAP_NOTE, GAIN_MAPS
from idetex_plugin.photo.reading import broken, load
from idetex_plugin.words.extras import install_command
from idetex_plugin.words.failure import Reason

RATIOS = ((0, 1), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
ADVICE = f'needs the extra "formats": {install_command("formats")}'


def read_heif(data: bytes, check_size: CheckSize) -> Frame:
    """The primary picture of a HEIF file, turned as its own boxes say. Raises Refusal."""
    try:
        import pillow_heif
    except ImportError:
        raise Refusal(Reason.UNSUPPORTED_FORMAT, f"is a HEIF photo, which {ADVICE}") from None
    try:
        file = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
        check_size(file.size)
        image = file.to_pillow()
    except Exception as error:
        raise broken(error) from None
    notes: list[str] = []
    if any(mark in data for mark in (*GAIN_MAPS, b"tmap")):
        notes.append(GAIN_MAP_NOTE)
    # libheif has turned the pixels by the file's boxes; EXIF repeats what they say.
    profile, profile_from = coded(data, image.info.get("icc_profile"))
    return Frame(image, "HEIF", 1, profile, profile_from, notes=notes)


def read_jxl(data: bytes, check_size: CheckSize) -> Frame:
    """The picture of a JPEG XL file. Raises Refusal."""
    try:
        from pillow_jxl.JpegXLImagePlugin import JXLImageFile
    except ImportError:
        raise Refusal(Reason.UNSUPPORTED_FORMAT, f"is a JPEG XL photo, which {ADVICE}") from None
    size = jxl_size(data)
    if size is not None:
        check_size(size)
    try:
        image: Image.Image = JXLImageFile(io.BytesIO(data))
        load(image)
    except Exception as error:
        raise broken(error) from None
    notes: list[str] = []
    # libjxl has turned its own pixels; those of a JPEG kept inside are as that JPEG had them.
    exif = image.info.get("exif") if getattr(image, "jpeg", False) else None
    return Frame(image, "JXL", exif_orientation(exif, notes), image.info.get("icc_profile"), notes=notes)


def jxl_size(data: bytes) -> tuple[int, int] | None:
    """Width and height by the header of the code stream (ISO/IEC 18181-1, SizeHeader), before turning."""
    if data[:2] != b"\xff\x0a":
        data = next((body[4 * (kind == b"jxlp") :] for kind, body in boxes(data) if kind in {b"jxlc", b"jxlp"}), b"")
    bits, at = int.from_bytes(data[2:14], "little"), 0

    def take(count: int) -> int:
        nonlocal at
        value = bits >> at & ((1 << count) - 1)
        at += count
        return value

    def side(small: bool) -> int:
        return 8 * (take(5) + 1) if small else take((9, 13, 18, 30)[take(2)]) + 1

    if data[:2] != b"\xff\x0a" or len(data) < 14:
        return None
    small = bool(take(1))
    height = side(small)
    ratio = take(3)
    return (side(small) if ratio == 0 else height * RATIOS[ratio][0] // RATIOS[ratio][1]), height


def coded(data: bytes, profile: bytes | None) -> tuple[bytes | None, str]:
    """The profile of a file of boxes: HDR numbers first, then an embedded profile, then other numbers."""
    numbers = coded_colour(data)
    if numbers is None:
        return profile, ""
    name = HDR_NAMES.get(numbers[1])
    if name is not None:
        return coded_profile(*numbers), f"HDR ({name}) shown as SDR"
    return (profile, "") if profile else (coded_profile(*numbers), f"converted from nclx {numbers[0]}/{numbers[1]}")


