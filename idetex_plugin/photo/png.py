"""PNG, by its chunks (W3C PNG, third edition): colours as cICP, iCCP, sRGB or gAMA and cHRM say, depth as sBIT says.

Pillow gets the chunks that make pixels, and no others: large texts and profiles are valid, and it refuses them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple, cast

import numpy as np
from PIL import Image, ImageFile

from idetex_plugin.photo.depth import gray_of_sixteen, strips
from idetex_plugin.photo.frame import CheckSize, Frame, Refusal, exif_orientation
from idetex_plugin.photo.icc import (
    HDR_NAMES,
    SRGB,
    STEPS,
    Primaries,
    coded_profile,
    gamma_profile,
    matrix_profile,
    srgb_curve,
)
from idetex_plugin.photo.reading import load, opened
from idetex_plugin.words.failure import Reason

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIXELS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
MOST_PROFILE = 64 << 20
SRGB_GAMMA = range(45_000, 46_001)
"""gAMA of 45455 (1/2.2) is the specification's own stand-in for the curve of sRGB."""
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
PIECE = 1 << 20
DEEP = {0: "I;16", 2: "RGB", 6: "RGBA"}


class Header(NamedTuple):
    """The fields of IHDR."""

    width: int
    height: int
    bits: int
    colour: int
    compression: int
    filters: int
    interlace: int


def read_png(data: bytes, check_size: CheckSize) -> Frame:
    """The picture of a PNG; the default image of an animated one."""
    chunks: dict[bytes, bytes] = {}
    kept = [SIGNATURE]
    for kind, start, end in _chunks(data):
        if kind in PIXELS:
            _check_sum(data, kind, start, end)
            kept.append(data[start:end])
        elif end <= len(data):
            chunks.setdefault(kind, data[start + 8 : end - 4])
    header = _header(data)
    if header is not None:
        if 0 in (header.width, header.height):
            raise Refusal(Reason.CORRUPT, f"says that it has {header.width} x {header.height} pixels")
        check_size((header.width, header.height))
    image = opened(b"".join(kept), ("PNG",), "PNG")
    notes: list[str] = []
    low = _low_aligned(header, chunks)
    image = load(image) if low is None or header is None else _deep(b"".join(kept), image, header, low, notes)
    if header is not None and _last_row_is_empty(image) and _lacks_rows(kept, header):
        raise Refusal(Reason.TRUNCATED, "is cut short: its coded data hold fewer rows than its header says")
    if len(count := chunks.get(b"acTL", b"")) >= 4 and (frames := int.from_bytes(count[:4], "big")) > 1:
        notes.append(f"first frame of {frames}")
    profile, profile_from = _colours(chunks, notes)
    transparent = image.info.get("transparency")
    if header is not None and header.bits == 16 and header.colour == 2 and isinstance(transparent, tuple):
        image.info["transparency"] = tuple(value >> 8 for value in transparent)
    return Frame(
        image, "PNG", exif_orientation(chunks.get(b"eXIf"), notes), profile, profile_from,
        transparent if image.mode == "I;16" and isinstance(transparent, int) else None, notes,
    )  # fmt: skip


def _check_sum(data: bytes, kind: bytes, start: int, end: int) -> None:
    """Pillow does not look at the sum of the last chunk of pixels, and shows what it cannot inflate as black."""
    if end > len(data):
        return
    if zlib.crc32(memoryview(data)[start + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
        raise Refusal(Reason.CORRUPT, f"cannot be decoded: the sum of {kind.decode()} at byte {start} is wrong")


def _last_row_is_empty(image: Image.Image) -> bool:
    return image.crop((0, image.height - 1, image.width, image.height)).getbbox() is None


def _lacks_rows(kept: list[bytes], header: Header) -> bool:
    """Whether the coded data end whole, but early: Pillow leaves the rows that are not there black."""
    if header.interlace:
        return False
    row = 1 + (header.width * header.bits * SAMPLES.get(header.colour, 1) + 7) // 8
    total, inflater = 0, zlib.decompressobj()
    for part in kept:
        left = part[8:-4] if part[4:8] == b"IDAT" else b""
        while left and not inflater.eof:
            total += len(inflater.decompress(left, PIECE))
            left = inflater.unconsumed_tail
    return total < row * header.height


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of each chunk, its length and sum included. The last one may end after the data do."""
    at = len(SIGNATURE)
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        yield kind, at, at + 12 + length
        at += 12 + length
        if kind == b"IEND":
            return


def _header(data: bytes) -> Header | None:
    return Header(*struct.unpack_from(">IIBBBBB", data, 16)) if data[12:16] == b"IHDR" and len(data) >= 29 else None


def _low_aligned(header: Header | None, chunks: dict[bytes, bytes]) -> int | None:
    """The bits of sBIT, when they are fewer than 16 and the pixels can be had in full."""
    said = chunks.get(b"sBIT", b"")
    if header is None or header.bits != 16 or header.colour not in DEEP or not said:
        return None
    bits = max(said[:3])
    return bits if 8 <= bits < 16 else None


def _deep(data: bytes, image: Image.Image, header: Header, bits: int, notes: list[str]) -> Image.Image:
    """The pixels scaled by sBIT where no number needs more than its bits, as writers have it that do not shift.

    By the specification they are the highest of the 16; such pixels are left as they are.
    """
    if header.colour == 0:
        image = load(image)
        return image if _is_high_aligned([image], bits) else gray_of_sixteen(image, notes, (1 << bits) - 1, None)
    high, low = load(image), cast(ImageFile.ImageFile, opened(data, ("PNG",), "PNG"))
    low.tile = [tile._replace(args=f"{DEEP[header.colour]};16L") for tile in low.tile]
    load(low)
    if _is_high_aligned([high, low], bits):
        return high
    colours = Image.merge("RGB", high.split()[:3]), Image.merge("RGB", low.split()[:3])
    out = Image.new("RGB", high.size)
    for (box, upper), (_, lower) in zip(strips(colours[0]), strips(colours[1]), strict=True):
        numbers = upper.astype(np.uint32) << 8 | lower
        scaled = np.rint(numbers * (255 / ((1 << bits) - 1))).astype(np.uint8)
        out.paste(Image.fromarray(scaled), box)
    if header.colour == 6:
        out.putalpha(high.getchannel("A"))
    notes.append(f"{bits} bits a channel scaled to 8, as sBIT says")
    return out


def _is_high_aligned(images: list[Image.Image], bits: int) -> bool:
    """Whether any number needs more than the lowest bits."""
    for together in zip(*(strips(image) for image in images), strict=True):
        parts = [part.astype(np.uint32) for _, part in together]
        numbers = parts[0] if len(parts) == 1 else parts[0] << 8 | parts[1]
        if ((numbers if numbers.ndim == 2 else numbers[..., :3]) >> bits).any():
            return True
    return False


def _colours(chunks: dict[bytes, bytes], notes: list[str]) -> tuple[bytes | None, str]:
    """The profile and the words for it, by the first of cICP, iCCP, sRGB and gAMA with cHRM that is there."""
    coded = chunks.get(b"cICP", b"")
    if len(coded) == 4 and coded[2] == 0 and coded[1] != 2:
        primaries, transfer = coded[0], coded[1]
        name = HDR_NAMES.get(transfer)
        what = f"HDR ({name}) shown as SDR, as cICP says" if name else f"converted from cICP {primaries}/{transfer}"
        return coded_profile(primaries, transfer), what
    if b"iCCP" in chunks:
        return _profile(chunks[b"iCCP"], notes), ""
    if b"sRGB" in chunks or len(chunks.get(b"gAMA", b"")) != 4:
        return None, ""
    return profile_by_gamma(int.from_bytes(chunks[b"gAMA"], "big"), _primaries(chunks.get(b"cHRM", b"")), notes)


def profile_by_gamma(gamma: int, primaries: Primaries, notes: list[str]) -> tuple[bytes | None, str]:
    """The profile of gAMA (in 1/100,000) with the primaries of cHRM, and the words for it; None for sRGB."""
    try:
        if gamma in SRGB_GAMMA:
            return (None, "") if primaries == SRGB else (_with_srgb_curve(primaries), "converted as cHRM says")
        if 1_000 <= gamma <= 1_000_000:
            return gamma_profile(100_000 / gamma, primaries), f"converted from gAMA {gamma / 100_000:g}"
        notes.append("gAMA cannot be used and was ignored")
    except ValueError:
        notes.append("cHRM cannot be used and was ignored")
    return None, ""


def _with_srgb_curve(primaries: Primaries) -> bytes:
    return matrix_profile(primaries, srgb_curve(np.linspace(0, 1, STEPS)))


def _primaries(said: bytes) -> Primaries:
    if len(said) != 32:
        return SRGB
    white_x, white_y, *rest = (value / 100_000 for value in struct.unpack(">8I", said))
    return (white_x, white_y, *rest)


def _profile(chunk: bytes, notes: list[str]) -> bytes | None:
    name, _, packed = chunk.partition(b"\0")
    try:
        inflater = zlib.decompressobj()
        profile = inflater.decompress(packed[1:], MOST_PROFILE)
        if name and packed[:1] == b"\0" and inflater.eof:
            return profile
    except zlib.error:
        pass
    notes.append("the colour profile cannot be used and was ignored")
    return None
