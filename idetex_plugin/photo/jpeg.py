"""JPEG, decoded strictly: a photo that the decoder would have to mend is told from one that is whole.

libjpeg-turbo (through simplejpeg) says when coded data are missing, left over or out of order. It does not mind
progressive files that lack scans, so those are told by the scans' own list of coefficients (ITU-T T.81, G.1.1.1.2).
What cannot be detected: bytes overwritten inside the coded data that still decode to something.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from idetex_plugin.photo.frame import CheckSize, Frame, Refusal, exif_orientation, unsupported
from idetex_plugin.photo.icc import adobe_rgb
from idetex_plugin.photo.reading import load, opened
from idetex_plugin.words.failure import Reason

DAMAGE = re.compile(r"Corrupt JPEG data: (?!bad ICC)|Premature end|Inconsistent progression")
MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC} | {0xF7})
RARE = {
    0xC3: "lossless", 0xC5: "hierarchical", 0xC6: "hierarchical", 0xC7: "hierarchical", 0xC9: "arithmetic",
    0xCA: "arithmetic", 0xCB: "lossless", 0xCD: "hierarchical", 0xCE: "hierarchical", 0xCF: "hierarchical",
    0xF7: "JPEG-LS",
}  # fmt: skip
PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
LOSSLESS = frozenset({0xC3, 0xC7, 0xCB, 0xCF})
BARE = frozenset({0x01, 0xD8, 0xD9})
MENDED = "the decoder had to mend it"
GAIN_MAPS = (
    b"http://ns.adobe.com/hdr-gain-map/1.0/", b"urn:iso:std:iso:ts:21496:-1",
    b"urn:com:apple:photo:2020:aux:hdrgainmap",
)  # fmt: skip
GAIN_MAP_NOTE = "carries an HDR gain map; the SDR picture is judged"
EXIF_IFD, COLOUR_SPACE, INTEROPERABILITY_IFD = 0x8769, 0xA001, 0xA005


@dataclass(slots=True)
class Head:
    """What the markers say. `open_bits`: for each component the lowest bit
    sent of each of its 64 coefficients, -1 before any."""

    frame: int = 0
    bits: int = 8
    size: tuple[int, int] | None = None
    components: list[int] = field(default_factory=list)
    open_bits: dict[int, list[int]] = field(default_factory=dict)


def read_jpeg(data: bytes, check_size: CheckSize, *, mend: bool) -> Frame:
    """The main picture of a JPEG or MPO. mend: give damaged pictures as the decoder mends them, with a note."""
    head = examine(data)
    _check_kind(head)
    try:
        image = opened(data, ("JPEG", "MPO"), "JPEG")
        check_size(image.size)
        if head.frame in RARE:
            load(image)
    except Refusal as refusal:
        if head.frame in RARE and refusal.reason in {Reason.CORRUPT, Reason.TRUNCATED}:
            raise unsupported(f"a JPEG of a rare coding ({RARE[head.frame]})") from None
        raise
    notes: list[str] = []
    decoded, damage = _strictly(data, image.mode)
    damage = damage or missing_scans(head)
    if damage:
        if not mend:
            load(image)
            raise Refusal(Reason.DAMAGED, f"{MENDED}: {damage}")
        notes.append(f"{MENDED}: {damage}")
    if decoded is None:
        load(image)
        decoded = image
    if any(mark in data for mark in GAIN_MAPS):
        notes.append(GAIN_MAP_NOTE)
    profile, profile_from = image.info.get("icc_profile"), ""
    if profile is None and _is_adobe_rgb(image):
        profile, profile_from = adobe_rgb(), "converted from Adobe RGB, as EXIF says"
    return Frame(
        decoded, image.format or "JPEG", exif_orientation(image.info.get("exif"), notes), profile, profile_from,
        notes=notes,
    )  # fmt: skip


def examine(data: bytes) -> Head:
    """The frame's kind and size, and how far its scans go. Never raises; stops where the markers do."""
    head = Head()
    for marker, body in _segments(data):
        if marker in FRAMES and head.size is None and len(body) >= 6:
            head.frame, head.bits = marker, body[0]
            height, width, count = struct.unpack_from(">HHB", body, 1)
            head.size = width, height
            head.components = list(body[6 : 6 + 3 * count : 3])
            head.open_bits = {component: [-1] * 64 for component in head.components}
        elif marker == 0xDA and body:
            _note_scan(head, body)
        elif marker == 0xD9:
            break
    return head


def missing_scans(head: Head) -> str:
    """What the scans leave out, or nothing."""
    if not head.components or head.frame in LOSSLESS:
        return ""
    unseen = sum(1 for bits in head.open_bits.values() if bits[0] < 0)
    if unseen:
        return f"{unseen} of {len(head.components)} components have no scan"
    if head.frame not in PROGRESSIVE:
        return ""
    rough = sum(bit != 0 for bits in head.open_bits.values() for bit in bits)
    return f"scans are missing: {rough} of {64 * len(head.components)} coefficients are not sent in full" * bool(rough)


def _check_kind(head: Head) -> None:
    if head.bits != 8 and head.frame not in RARE:
        raise unsupported(f"a JPEG of {head.bits} bits a sample")
    if head.size is not None and 0 in head.size:
        raise Refusal(Reason.CORRUPT, f"says that it has {head.size[0]} x {head.size[1]} pixels")


def _strictly(data: bytes, mode: str) -> tuple[Image.Image | None, str]:
    """The pixels as L or RGB, unless only Pillow can tell them; and what libjpeg had to mend."""
    import simplejpeg

    try:
        if mode == "CMYK":
            simplejpeg.decode_jpeg(data, colorspace="CMYK")
            return None, ""
        if mode == "L":
            return Image.fromarray(np.asarray(simplejpeg.decode_jpeg(data, colorspace="GRAY"))[..., 0]), ""
        return Image.fromarray(np.asarray(simplejpeg.decode_jpeg(data, colorspace="RGB"))), ""
    except ValueError as error:
        return None, str(error).removeprefix("Corrupt JPEG data: ") if DAMAGE.search(str(error)) else ""
    except MemoryError:
        raise Refusal(Reason.TOO_LARGE, "does not fit into memory") from None


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Markers with their segments up to the end of the first picture; the coded data are passed over."""
    at = 0
    while match := MARKER.search(data, at):
        at = match.end()
        marker = match[1][0]
        if marker in BARE:
            yield marker, b""
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        yield marker, data[at + 2 : at + length]
        at += max(length, 2)


def _note_scan(head: Head, body: bytes) -> None:
    count = body[0]
    if len(body) < 1 + 2 * count + 3:
        return
    first, last, bits = body[1 + 2 * count : 4 + 2 * count]
    if head.frame not in PROGRESSIVE:
        first, last, bits = 0, 63, 0
    for component in body[1 : 1 + 2 * count : 2]:
        sent = head.open_bits.get(component)
        for coefficient in range(first, min(last, 63) + 1) if sent is not None else ():
            sent[coefficient] = bits & 15  # type: ignore[index]


def _is_adobe_rgb(image: Image.Image) -> bool:
    """Whether EXIF names Adobe RGB: the DCF option file's index, or cameras' own number for it."""
    if image.mode != "RGB" or "exif" not in image.info:
        return False
    try:
        exif = Image.Exif()
        exif.load(image.info["exif"])
        details = exif.get_ifd(EXIF_IFD)
        index = str(exif.get_ifd(INTEROPERABILITY_IFD).get(1, "")).strip("\0 ")
        return details.get(COLOUR_SPACE) == 2 or (details.get(COLOUR_SPACE) != 1 and index == "R03")
    except Exception:
        return False
