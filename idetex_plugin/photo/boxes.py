"""The boxes of ISO files (AVIF, HEIF, JPEG 2000): what they say of colour and depth, without their pixels."""

from __future__ import annotations

import struct
from collections.abc import Iterator

HOLDERS = {b"meta": 4, b"iprp": 0, b"ipco": 0, b"jp2h": 0}
"""Boxes that hold boxes, and the bytes before those."""

MOST_BOXES = 4096


def boxes(data: bytes, start: int = 0, end: int | None = None, depth: int = 0) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of each box, holders before what they hold. Stops where the sizes make no sense."""
    at, end = start, len(data) if end is None else end
    for _ in range(MOST_BOXES):
        if at + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        body = at + 8
        if size == 1 and at + 16 <= end:
            size, body = struct.unpack_from(">Q", data, at + 8)[0], at + 16
        stop = end if size == 0 else at + size
        if stop < body or stop > end:
            return
        if kind in HOLDERS and depth < 4:
            yield from boxes(data, body + HOLDERS[kind], stop, depth + 1)
        elif kind != b"mdat":
            yield kind, data[body:stop]
        at = stop


def coded_colour(data: bytes) -> tuple[int, int] | None:
    """The H.273 numbers of primaries and transfer in the first `nclx` colour box."""
    for kind, body in boxes(data):
        if kind == b"colr" and body[:4] == b"nclx" and len(body) >= 10:
            primaries, transfer = struct.unpack_from(">HH", body, 4)
            return primaries, transfer
    return None


def bits_a_channel(data: bytes) -> int:
    """The deepest `pixi` or `ihdr` depth; 8 where none is said."""
    depths = [8]
    for kind, body in boxes(data):
        if kind == b"pixi" and len(body) > 5:
            depths.extend(body[5 : 5 + body[4]])
        elif kind == b"ihdr" and len(body) >= 11 and body[10] != 255:
            depths.append((body[10] & 127) + 1)
    return max(depths)
