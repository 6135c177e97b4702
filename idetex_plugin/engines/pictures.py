"""Pictures as they go to a server: their exact pixels in a data URL, encoded once, never copied into JSON.

A photo that is shown as it is stored goes as it is coded; anything else as PNG. That is written here for speed: each
row is the difference to the row above, deflated by ISA-L, in a quarter of zlib's time at its lowest level and for files
of about the same size.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from isal import isal_zlib
from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGB_8_BIT = (8, 2, 0, 0, 0)
UP = 2
LEVEL = 1
OWN_KINDS = {"JPEG": "jpeg", "PNG": "png", "WEBP": "webp"}
MOST_CODED = 4
"""Bytes a pixel of a photo's own coding, at most: more is no coding of pixels alone."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a message part: `part` holds a mark where `pack` puts `data`, the whole data URL.

    name: the hash of its coded pixels, by which vLLM finds what it has seen already.
    """

    mark: str
    data: bytes
    name: str = ""

    @property
    def part(self) -> dict[str, Any]:
        """The message part with the pixels. No address is ever sent but a data URL."""
        return {"type": "image_url", "image_url": {"url": self.mark}}

    @property
    def named_part(self) -> dict[str, Any]:
        """The same, with its name to be remembered by."""
        return {**self.part, "uuid": self.name}

    @property
    def reference(self) -> dict[str, Any]:
        """The name in place of the pixels."""
        return {"type": "image_url", "image_url": None, "uuid": self.name}


def picture(image: Image.Image, coded: bytes | None = None) -> Picture:
    """The exact pixels of an RGB image. CPU bound: for a worker thread.

    coded: a JPEG, PNG or WebP that is sent where it decodes to these pixels, which is tried.
    """
    kind = own_kind(image, coded) if coded is not None else None
    if coded is None or kind is None:
        coded, kind = png(image), "png"
    name = f"idetex-{hashlib.sha256(coded).hexdigest()}"
    url = b"data:image/%s;base64,%s" % (kind.encode(), base64.b64encode(coded))
    return Picture(f"@picture {secrets.token_hex(12)}@", url, name)


def own_kind(image: Image.Image, coded: bytes) -> str | None:
    """The subtype of image/ of a file that Pillow, as vLLM does, decodes to just this RGB image; else None.

    The pixels themselves are compared, so no turn, conversion or change by anyone in between can go unseen.
    """
    if len(coded) > MOST_CODED * image.width * image.height:
        return None
    try:
        with Image.open(BytesIO(coded), formats=tuple(OWN_KINDS)) as found:
            if found.size != image.size or found.mode not in {"L", "RGB"} or getattr(found, "n_frames", 1) != 1:
                return None
            shown = found if found.mode == "RGB" else found.convert("RGB")
            same = np.array_equal(np.asarray(shown), np.asarray(image))
            return OWN_KINDS[found.format or ""] if same else None
    except Exception:  # whatever Pillow raises: then its pixels are sent as PNG
        return None


def png(image: Image.Image) -> bytes:
    """An RGB image as PNG without loss."""
    pixels = np.asarray(image.convert("RGB"))
    height, width, _ = pixels.shape
    rows = np.empty((height, 1 + 3 * width), np.uint8)
    rows[:, 0] = UP
    flat = pixels.reshape(height, 3 * width)
    rows[0, 1:] = flat[0]
    np.subtract(flat[1:], flat[:-1], out=rows[1:, 1:])
    coder = isal_zlib.compressobj(LEVEL, zlib.DEFLATED, 15)
    coded = coder.compress(rows.data) + coder.flush()
    return b"".join(
        (
            SIGNATURE, _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, *RGB_8_BIT)),
            _chunk(b"IDAT", coded), _chunk(b"IEND", b""),
        )
    )  # fmt: skip


def pack(body: Mapping[str, Any], pictures: Sequence[Picture] = ()) -> list[bytes]:
    """The body as JSON in pieces, to be sent one after the other; the pictures' bytes are used as they are."""
    rest = json.dumps(body, separators=(",", ":")).encode()
    pieces: list[bytes] = []
    for one in pictures:
        before, found, rest = rest.partition(one.mark.encode())
        if not found:
            raise ValueError("a picture has no place in the body")
        pieces += [before, one.data]
    return [*pieces, rest]


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(name)))
