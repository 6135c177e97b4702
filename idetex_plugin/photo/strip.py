"""The coded pixels of a JPEG, PNG or WebP, byte by byte as in the file, without what else it holds.

Left out are metadata, thumbnails, comments, further pictures and anything after the end. So whoever gets the rest has
nothing to turn or recolour the pixels by, and does not learn who took the photo, and where. Nothing is decoded here.

Sources: ITU-T T.81, annex B (JPEG); W3C PNG, third edition, 5; RFC 9649 (WebP).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator

JPEG, PNG, WEBP = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF"
MARKER = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
BARE = frozenset({0x01, *range(0xD0, 0xD9)})
END, APP0, APP14, COMMENT = 0xD9, 0xE0, 0xEE, 0xFE
ABOUT = frozenset({*range(0xE0, 0xF0), COMMENT})
JFIF_WITHOUT_THUMBNAIL, ADOBE = 14, 12
PIXELS = frozenset({b"IHDR", b"IDAT", b"IEND"})
CODED = frozenset({b"VP8 ", b"VP8L"})


def without_metadata(data: bytes) -> bytes | None:
    """A file that holds the same coded pixels and nothing else; None for other kinds, and where it cannot be told."""
    for start, strip in WAYS.items():
        if data.startswith(start):
            try:
                return strip(data)
            except (ValueError, IndexError, struct.error):
                return None
    return None


def _jpeg(data: bytes) -> bytes:
    """Segments and coded data up to the end of the first picture. Of APPn only what tells how colours are coded."""
    kept, at = [data[:2]], 2
    while True:
        found = MARKER.search(data, at)
        if found is None:
            raise ValueError("the picture has no end")
        marker, begin, end = found[1][0], found.start(), found.end()
        kept.append(data[at:begin])
        if marker == END:
            return b"".join((*kept, b"\xff\xd9"))
        if marker not in BARE:
            length = int.from_bytes(data[end : end + 2], "big")
            if length < 2 or end + length > len(data):
                raise ValueError("a segment is cut short")
            if marker not in ABOUT or _tells_colours(marker, data[end + 2 : end + length]):
                kept.append(b"\xff" + data[end - 1 : end + length])
            end += length
        at = end


def _tells_colours(marker: int, body: bytes) -> bool:
    if marker == APP0:
        return body.startswith(b"JFIF\0") and len(body) == JFIF_WITHOUT_THUMBNAIL
    return marker == APP14 and body.startswith(b"Adobe") and len(body) == ADOBE


def _png(data: bytes) -> bytes:
    """The chunks of the default image."""
    kept = [data[:8]]
    for name, begin, end in _png_chunks(data):
        if name in PIXELS:
            kept.append(data[begin:end])
        if name == b"IEND":
            return b"".join(kept)
    raise ValueError("the picture has no end")


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = 8
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise ValueError("a chunk is cut short")
        yield name, at, end
        at = end


def _webp(data: bytes) -> bytes:
    """The one chunk of a picture, in a file of the simple kind."""
    if data[8:12] != b"WEBP":
        raise ValueError("is no WebP")
    at, coded = 12, []
    while at + 8 <= min(len(data), 8 + int.from_bytes(data[4:8], "little")):
        name, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length + length % 2
        if name in CODED:
            if at + 8 + length > len(data):
                raise ValueError("a chunk is cut short")
            coded.append(data[at:end].ljust(end - at, b"\0"))
        at = end
    [only] = coded
    return b"RIFF" + struct.pack("<I", 4 + len(only)) + b"WEBP" + only


WAYS: dict[bytes, Callable[[bytes], bytes]] = {JPEG: _jpeg, PNG: _png, WEBP: _webp}
