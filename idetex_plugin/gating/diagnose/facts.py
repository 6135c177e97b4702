"""What a file says of itself beside its upright sRGB pixels: tags, profile, frames, layers, depth and size."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from idetex_plugin.photo.frame import ORIENTATION_TAG
from idetex_plugin.photo.jpeg import GAIN_MAPS
from idetex_plugin.photo.jxl import jxl_moves

FORMATS = (
    "JPEG", "PNG", "GIF", "BMP", "DIB", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM", "ICO", "TGA", "QOI", "PCX",
    "SGI",
)  # fmt: skip
LAYERED = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})
ANIMATED = frozenset({"AVIF", "GIF", "JXL", "PNG", "WEBP"})
DEEP = {"I;16": 16, "I;16B": 16, "I;16L": 16, "I;16N": 16, "I": 32, "F": 32}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one file; a value of None is unknown.

    size: as stored, before orientation. layered: whether it can be transparent. frames: None for several,
    whose number is unknown. bits: a channel. bytes: of the file.
    """

    format: str | None = None
    mode: str = "RGB"
    size: tuple[int, int] = (0, 0)
    orientation: int = 1
    has_profile: bool = False
    gain_map: bool = False
    layered: bool = False
    frames: int | None = 1
    bits: int = 8
    bytes: int | None = None

    @property
    def moves(self) -> bool:
        """Whether it has more than one frame."""
        return self.frames != 1


def opened(source: Any) -> Image.Image | None:
    """The source as Pillow reads it, nothing decoded yet; None for what has no header, such as an array.

    source: a path, encoded bytes or a PIL image, which is given back as it is.
    """
    if isinstance(source, Image.Image):
        return source
    if isinstance(source, bytes | bytearray | memoryview):
        return Image.open(io.BytesIO(source), formats=FORMATS)
    if isinstance(source, str | os.PathLike):
        return Image.open(source, formats=FORMATS)
    return None


def read_facts(source: Any) -> Facts:
    """The facts of a path, encoded bytes, a PIL image or an array. What cannot be read is unknown, never an error."""
    if isinstance(source, Image.Image):
        return _of_image(source, b"", None)
    if isinstance(source, np.ndarray):
        return _of_array(source)
    if not isinstance(source, str | os.PathLike | bytes | bytearray | memoryview):
        return Facts()
    try:
        data = _raw(source)
    except OSError:
        return Facts()
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            return _of_image(image, data, len(data))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return Facts(layered=True, frames=None if jxl_moves(data) else 1, bytes=len(data))


def profile_name(profile: bytes) -> str:
    """What an ICC profile calls itself, or ""."""
    try:
        return ImageCms.getProfileDescription(ImageCms.getOpenProfile(io.BytesIO(profile))).strip()
    except (ImageCms.PyCMSError, OSError, ValueError):
        return ""


def _of_array(values: np.ndarray[Any, Any]) -> Facts:
    channels = values.shape[2] if values.ndim == 3 else 1
    bits = 16 if values.dtype == np.uint16 else 8
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}.get(channels, "RGB")
    return Facts(mode=mode, size=(values.shape[1], values.shape[0]), layered=mode in LAYERED, bits=bits)


def _of_image(image: Image.Image, data: bytes, size: int | None) -> Facts:
    try:
        orientation = int(image.getexif().get(ORIENTATION_TAG, 1))
    except Exception:
        orientation = 1
    try:
        frames = int(getattr(image, "n_frames", 1)) if image.format in ANIMATED else 1
    except Exception:
        frames = 1
    return Facts(
        format="JPEG" if image.format == "MPO" else image.format, mode=image.mode, size=image.size,
        orientation=orientation if 1 <= orientation <= 8 else 1,
        has_profile=bool(image.info.get("icc_profile")),
        gain_map=_has_gain_map(image, data), layered=image.mode in LAYERED or "transparency" in image.info,
        frames=frames, bits=_bits(image, data), bytes=size,
    )  # fmt: skip


def _raw(source: Any) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    with open(source, "rb") as file:
        return file.read()


def _bits(image: Image.Image, data: bytes) -> int:
    if image.mode in DEEP:
        return DEEP[image.mode]
    if image.format == "PNG" and data[12:16] == b"IHDR" and len(data) > 24:
        return max(data[24], 8)
    return 8


def _has_gain_map(image: Image.Image, data: bytes) -> bool:
    """By the marks of Adobe, Apple, ISO 21496-1 and AVIF; or a further image in a JPEG that is no preview."""
    if image.format in {"JPEG", "MPO"}:
        marked = any(mark in data for mark in GAIN_MAPS)
    elif image.format == "AVIF":
        marked = b"tmap" in data[:4096]
    else:
        marked = False
    if marked or image.format != "MPO":
        return marked
    try:
        entries = image.mpinfo.get(0xB002, ())  # type: ignore[attr-defined]
        kinds = [entry["Attribute"]["MPType"] for entry in entries[1:]]
    except (AttributeError, KeyError, TypeError):
        return False
    return any(kind == "Undefined" for kind in kinds)
