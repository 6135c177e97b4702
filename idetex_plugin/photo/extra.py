"""HEIC and JPEG XL, where the extra `formats` is installed. Pillow's own list of formats is not asked for them."""

from __future__ import annotations

import io

from PIL import Image

from idetex_plugin.photo.boxes import coded_colour
from idetex_plugin.photo.frame import CheckSize, Frame, Refusal, exif_orientation
from idetex_plugin.photo.icc import HDR_NAMES, coded_profile
from idetex_plugin.photo.jpeg import GAIN_MAP_NOTE, GAIN_MAPS
from idetex_plugin.photo.jxl import jxl_moves, jxl_size
from idetex_plugin.photo.reading import broken, load
from idetex_plugin.words.extras import install_command
from idetex_plugin.words.failure import Reason

LAST_FRAME = "last frame of an animation; the others cannot be read"
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
    notes = [LAST_FRAME] if jxl_moves(data) else []
    # libjxl has turned its own pixels; those of a JPEG kept inside are as that JPEG had them.
    exif = image.info.get("exif") if getattr(image, "jpeg", False) else None
    return Frame(image, "JXL", exif_orientation(exif, notes), image.info.get("icc_profile"), notes=notes)


def coded(data: bytes, profile: bytes | None) -> tuple[bytes | None, str]:
    """The profile of a file of boxes: HDR numbers first, then an embedded profile, then other numbers."""
    numbers = coded_colour(data)
    if numbers is None:
        return profile, ""
    name = HDR_NAMES.get(numbers[1])
    if name is not None:
        return coded_profile(*numbers), f"HDR ({name}) shown as SDR"
    return (profile, "") if profile else (coded_profile(*numbers), f"converted from nclx {numbers[0]}/{numbers[1]}")
