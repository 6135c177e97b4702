"""Files of the kinds that decoders get wrong, made from one picture."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from idetex_plugin.photo.load import Photo, PhotoError, load_photo
from idetex_plugin.words.failure import Reason
from tests.hostile import encoded, scene

PICTURE = scene(240, 160)
GRAY = np.asarray(Image.fromarray(PICTURE).convert("L"))


def shown(source: object, **options: Any) -> np.ndarray:
    """The pixels as floats, (H, W, 3)."""
    return np.asarray(load_photo(source, **options).image).astype(float)


def notes(source: object) -> tuple[str, ...]:
    return load_photo(source).info.notes


def off(source: object, wanted: np.ndarray) -> float:
    """Mean error in levels."""
    return float(np.abs(shown(source) - (wanted if wanted.ndim == 3 else wanted[..., None])).mean())


def refused(source: object, **options: Any) -> tuple[Reason, str]:
    with pytest.raises(PhotoError) as caught:
        load_photo(source, **options)
    return caught.value.failure.reason, caught.value.failure.message


def judged(source: object, **options: Any) -> Photo:
    return load_photo(source, **options)


def linear(values: np.ndarray) -> np.ndarray:
    """Linear light, 0..1, of sRGB's numbers 0..255."""
    part = values / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def companded(light: np.ndarray) -> np.ndarray:
    """The inverse of `linear`."""
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(values: np.ndarray, *extra: bytes) -> bytes:
    """A PNG of (H, W), (H, W, 3) or (H, W, 4), 8 or 16 bits, with more chunks after its header."""
    colour = {1: 0, 3: 2, 4: 6}[1 if values.ndim == 2 else values.shape[2]]
    height, width = values.shape[:2]
    rows = values.astype(f">u{values.itemsize}").reshape(height, -1)
    packed = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows), 1)
    head = struct.pack(">IIBBBBB", width, height, 8 * values.itemsize, colour, 0, 0, 0)
    parts = [chunk(b"IHDR", head), *extra, chunk(b"IDAT", packed), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def tiff(pages: Iterable[dict[int, Any]], big_endian: bool = False) -> bytes:
    """A TIFF of these pages: tag to integers, bytes (strips under tag 273, a list of them) or text."""
    order = ">" if big_endian else "<"
    out = bytearray((b"MM\0*" if big_endian else b"II*\0") + bytes(4))
    link = 4
    for page in pages:
        entries: list[tuple[int, int, Any]] = []
        for tag, value in page.items():
            if tag == 273:
                places = [len(out) + sum(map(len, value[:number])) for number in range(len(value))]
                out += b"".join(value)
                entries += [(273, 4, places), (279, 4, [len(strip) for strip in value])]
            elif isinstance(value, str | bytes):
                entries.append((tag, 2, value.encode() + b"\0") if isinstance(value, str) else (tag, 7, value))
            else:
                entries.append((tag, 4 if tag == 330 else 3, value if isinstance(value, list) else [value]))
        packed = []
        for tag, kind, value in sorted(entries, key=lambda entry: entry[0]):
            data = value if isinstance(value, bytes) else struct.pack(f"{order}{len(value)}{'HI'[kind == 4]}", *value)
            count = len(value)
            if len(data) > 4:
                place = len(out) + len(out) % 2
                out += bytes(place - len(out)) + data
                data = struct.pack(order + "I", place)
            packed.append(struct.pack(order + "HHI", tag, kind, count) + data.ljust(4, b"\0"))
        start = len(out) + len(out) % 2
        out += bytes(start - len(out))
        out[link : link + 4] = struct.pack(order + "I", start)
        out += struct.pack(order + "H", len(packed)) + b"".join(packed) + bytes(4)
        link = len(out) - 4
    return bytes(out)


def plain_page(values: np.ndarray, **more: object) -> dict[int, Any]:
    """The tags of an uncompressed page of (H, W) or (H, W, C)."""
    channels = 1 if values.ndim == 2 else values.shape[2]
    kind = {"u": 1, "i": 2, "f": 3}[values.dtype.kind]
    tags: dict[int, Any] = {
        256: values.shape[1], 257: values.shape[0], 258: [8 * values.itemsize] * channels, 259: 1,
        262: 1 if channels == 1 else 2, 273: [values.tobytes()], 277: channels, 278: values.shape[0],
        339: [kind] * channels,
    }  # fmt: skip
    return tags | {int(tag.removeprefix("t")): value for tag, value in more.items()}


def with_app(jpeg: bytes, marker: int, body: bytes) -> bytes:
    return jpeg[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def jpeg(values: np.ndarray = PICTURE, **options: object) -> bytes:
    return encoded("JPEG", Image.fromarray(values), **{"quality": 92, **options})


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))
