"""Encoders with one dial each, from the smallest file to the best."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True, slots=True)
class Codec:
    """name; the dial's name and bounds, worst to best; and what encodes an RGB photo at a setting."""

    name: str
    dial: str
    worst: int
    best: int
    encode: Callable[[Image.Image, int], bytes]


def _saved(photo: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    photo.save(buffer, kind, **options)
    return buffer.getvalue()


def _palette(photo: Image.Image, colours: int) -> bytes:
    reduced = photo.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG)
    return _saved(reduced, "PNG", optimize=True)


CODECS = {
    codec.name: codec
    for codec in (
        Codec("jpeg", "quality", 5, 95, lambda photo, q: _saved(photo, "JPEG", quality=q, optimize=True)),
        Codec("webp", "quality", 0, 100, lambda photo, q: _saved(photo, "WEBP", quality=q, method=4)),
        Codec("avif", "quality", 0, 100, lambda photo, q: _saved(photo, "AVIF", quality=q, speed=8)),
        Codec("png-palette", "colours", 2, 256, _palette),
    )
}
