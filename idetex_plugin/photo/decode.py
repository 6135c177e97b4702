"""Encoded bytes to one decoded frame. Headers are checked before anything is decoded; every fault becomes a Refusal."""

from __future__ import annotations

import struct
from collections.abc import Callable

from idetex_plugin.photo.boxes import bits_a_channel
from idetex_plugin.photo.extra import coded, read_heif, read_jxl
from idetex_plugin.photo.frame import CheckSize, Frame, Refusal, exif_orientation, unsupported
from idetex_plugin.photo.jpeg import GAIN_MAP_NOTE, GAIN_MAPS, MENDED, read_jpeg
from idetex_plugin.photo.jpeg2000 import read_jpeg2000
from idetex_plugin.photo.kinds import TITLES, kind_of, unsupported_kind
from idetex_plugin.photo.png import SIGNATURE, read_png
from idetex_plugin.photo.reading import broken, load, opened
from idetex_plugin.photo.tiff import read_tiff
from idetex_plugin.words.failure import Reason

CODED = frozenset({"WEBP", "AVIF", "HEIF", "JPEG2000", "JXL"})
"""Kinds whose decoders show a part that was never written (zeros, as of a broken download) as some pixels or other."""

LEAST_HOLE = 4096


def decode(data: bytes, check_size: CheckSize, *, mend: bool = False) -> Frame:
    """The first frame, decoded in full.

    `check_size` may raise a Refusal by the header's width and height, before pixels are decoded. Pillow's own limit
    (twice `Image.MAX_IMAGE_PIXELS`, 178,956,970 unless the program changes it) holds as well.
    mend: give a damaged JPEG as the decoder mends it, with a note, instead of refusing it. Raises Refusal.
    """
    if not data:
        raise Refusal(Reason.EMPTY_FILE, "is empty")
    refused = unsupported_kind(data)
    if refused is not None:
        raise unsupported(refused)
    kind = kind_of(data)
    try:
        if kind == "JPEG":
            return read_jpeg(data, check_size, mend=mend)
        read = READERS.get(kind or "")
        frame = _by_pillow(data, check_size, kind) if read is None else read(data, check_size)
        if kind in CODED and (hole := max(LEAST_HOLE, len(data) // 20)) and bytes(hole) in data:
            frame.notes.append(f"{MENDED}: {hole} bytes or more of the coded data are zeros")
            if not mend:
                raise Refusal(Reason.DAMAGED, frame.notes[-1])
        return frame
    except Exception as error:  # Pillow's readers raise what comes: SyntaxError, KeyError, struct.error
        raise broken(error) from None


def _by_pillow(data: bytes, check_size: CheckSize, kind: str | None) -> Frame:
    if kind is None:
        return _unknown(data, check_size)
    formats = (kind, "DIB") if kind == "BMP" else (kind,)
    return _framed(data, check_size, formats, TITLES.get(kind, kind))


def _unknown(data: bytes, check_size: CheckSize) -> Frame:
    """Formats whose files begin with nothing of their own."""
    try:
        return _framed(data, check_size, ("TGA", "PCX", "DIB"), "")
    except Refusal as refusal:
        if "header cannot be read" in str(refusal):
            raise Refusal(Reason.NOT_AN_IMAGE, "is no image of a known kind") from None
        raise


def _framed(data: bytes, check_size: CheckSize, formats: tuple[str, ...], title: str) -> Frame:
    image = opened(data, formats, title)
    check_size(image.size)
    load(image)
    notes: list[str] = []
    try:
        count = getattr(image, "n_frames", 1)
    except Exception:
        count = 1
        notes.append("first frame; the others cannot be read")
    if count > 1:
        notes.append(f"first frame of {count}")
    name = image.format or ""
    profile, profile_from = image.info.get("icc_profile"), ""
    if name == "AVIF":
        profile, profile_from = coded(data, profile)
        if any(mark in data for mark in (*GAIN_MAPS, b"tmap")):
            notes.append(GAIN_MAP_NOTE)
        if (bits := bits_a_channel(data)) > 8:
            notes.append(f"{bits} bits a channel scaled to 8")
    orientation = exif_orientation(image.info.get("exif"), notes)
    return Frame(image, name, orientation, profile, profile_from, notes=notes)


def _read_ico(data: bytes, check_size: CheckSize) -> Frame:
    """The largest picture of an icon. One that is a PNG is read as such: its own header says how large it is."""
    count = int.from_bytes(data[4:6], "little")
    entries = [struct.unpack_from("<BBBBHHII", data, 6 + 16 * number) for number in range(min(count, 256))
               if 22 + 16 * number <= len(data)]  # fmt: skip
    if entries:
        largest = max(entries, key=lambda entry: ((entry[0] or 256) * (entry[1] or 256), entry[5]))
        inner = data[largest[7] : largest[7] + largest[6]]
        if inner.startswith(SIGNATURE):
            frame = read_png(inner, check_size)
            frame.format = "ICO"
            return frame
        if any(data[entry[7] : entry[7] + 8] == SIGNATURE for entry in entries):
            for entry in entries:
                at = entry[7]
                if data[at : at + 8] == SIGNATURE and at + 24 <= len(data):
                    check_size(struct.unpack_from(">II", data, at + 16))
    return _framed(data, check_size, ("ICO",), "ICO")


READERS: dict[str, Callable[[bytes, CheckSize], Frame]] = {
    "PNG": read_png, "TIFF": read_tiff, "JPEG2000": read_jpeg2000, "HEIF": read_heif, "JXL": read_jxl, "ICO": _read_ico,
}  # fmt: skip
