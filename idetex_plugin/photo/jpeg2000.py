"""JPEG 2000. Pillow wraps white to black in colour of more than 8 bits; that is left to pylibjpeg-openjpeg."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from PIL import Image

from idetex_plugin.photo.boxes import boxes
from idetex_plugin.photo.depth import sixteen
from idetex_plugin.photo.extra import ADVICE, coded
from idetex_plugin.photo.frame import CheckSize, Frame, Refusal
from idetex_plugin.photo.reading import broken, load, opened
from idetex_plugin.words.failure import Reason

SIZ = b"\xff\x4f\xff\x51"


def read_jpeg2000(data: bytes, check_size: CheckSize) -> Frame:
    """The picture of a JP2 file or a bare code stream."""
    image = opened(data, ("JPEG2000",), "JPEG 2000")
    check_size(image.size)
    depths, notes = component_bits(data), list[str]()
    if len(depths) > 1 and max(depths) > 8:
        image = _deep(data, image.size, max(depths), notes)
    else:
        load(image)
    profile, profile_from = coded(data, image.info.get("icc_profile") or _profile(data))
    return Frame(image, "JPEG2000", 1, profile, profile_from, notes=notes)


def _profile(data: bytes) -> bytes | None:
    """The ICC profile of a `colr` box (method 2 or 3), which Pillow does not look at."""
    return next((body[3:] for kind, body in boxes(data) if kind == b"colr" and body[:1] in {b"\x02", b"\x03"}), None)


def component_bits(data: bytes) -> list[int]:
    """Bits of each component by the SIZ segment; none if that cannot be found."""
    at = data.find(SIZ)
    if at < 0 or at + 42 > len(data):
        return []
    count = struct.unpack_from(">H", data, at + 40)[0]
    return [(value & 127) + 1 for value in data[at + 42 : at + 42 + 3 * count : 3]]


def _deep(data: bytes, size: tuple[int, int], bits: int, notes: list[str]) -> Image.Image:
    try:
        from openjpeg.utils import decode
    except ImportError:
        text = f"is a JPEG 2000 photo of {bits} bits a channel, which {ADVICE}"
        raise Refusal(Reason.UNSUPPORTED_FORMAT, text) from None
    try:
        values: Any = np.asarray(decode(data))
    except Exception as error:
        raise broken(error) from None
    if values.ndim != 3 or values.shape[1::-1] != size or values.shape[2] not in {3, 4} or values.dtype != np.uint16:
        raise Refusal(Reason.UNSUPPORTED_FORMAT, f"is a JPEG 2000 photo of {values.shape} {values.dtype} values")
    notes.append(f"{bits} bits a channel scaled to 8")
    return Image.fromarray(sixteen((1 << bits) - 1)[values])
