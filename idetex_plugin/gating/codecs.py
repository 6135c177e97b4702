"""Encoders with one dial each, from the smallest file to the best."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from PIL import Image

from idetex_plugin.words.extras import install_command


@dataclass(frozen=True, slots=True)
class Codec:
    """name; the dial's name and bounds, worst to best; what encodes a photo at a setting.

    encode: a colour profile in the image's `info["icc_profile"]` goes into the file. modes: of Pillow's, those that are
    stored as they are. profiled: whether it can write a profile. suffixes: of files. package: of Python, without which
    it is not there.
    """

    name: str
    dial: str
    worst: int
    best: int
    encode: Callable[[Image.Image, int], bytes]
    suffixes: tuple[str, ...]
    modes: tuple[str, ...] = ("RGB", "RGBA")
    profiled: bool = True
    package: str = ""

    @property
    def is_installed(self) -> bool:
        """Whether it can be used here."""
        return not self.package or find_spec(self.package) is not None


def _saved(photo: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    if profile := photo.info.get("icc_profile"):
        options["icc_profile"] = profile
    photo.save(buffer, kind, **options)
    return buffer.getvalue()


def _jpeg(photo: Image.Image, quality: int) -> bytes:
    """With Huffman tables of its own, or the standard ones where Pillow's buffer is too small for the former: it has a
    byte a pixel, and the noisiest of photos need more."""
    try:
        return _saved(photo, "JPEG", quality=quality, optimize=True)
    except OSError:
        return _saved(photo, "JPEG", quality=quality)


def _palette(photo: Image.Image, colours: int) -> bytes:
    """Median cut and dithering; with transparency an octree, the only one of Pillow's that keeps it."""
    if photo.mode == "RGBA":
        reduced = photo.quantize(colours, Image.Quantize.FASTOCTREE)
    else:
        reduced = photo.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG)
    reduced.info = {key: photo.info[key] for key in photo.info if key == "icc_profile"}
    return _saved(reduced, "PNG", optimize=True)


def _jxl(photo: Image.Image, quality: int) -> bytes:
    import pillow_jxl  # noqa: F401  (tells Pillow of the format)

    return _saved(photo, "JXL", quality=quality, effort=5)


CODECS = {
    codec.name: codec
    for codec in (
        Codec("jpeg", "quality", 5, 95, _jpeg, (".jpg", ".jpeg"), modes=("RGB", "L", "CMYK")),
        Codec("webp", "quality", 0, 100, lambda photo, q: _saved(photo, "WEBP", quality=q, method=4), (".webp",)),
        Codec("avif", "quality", 0, 100, lambda photo, q: _saved(photo, "AVIF", quality=q, speed=8), (".avif",)),
        Codec("jxl", "quality", 5, 99, _jxl, (".jxl",), profiled=False, package="pillow_jxl"),
        Codec("png-palette", "colours", 2, 256, _palette, (".png",)),
    )
}  # fmt: skip
SMALLEST = ("jpeg", "webp", "avif", "jxl")
"""Those that `tune_all` tries: a palette is a choice for drawings."""


def codec_named(name: str) -> Codec:
    """Raises ValueError for one that is not known or not installed."""
    if name not in CODECS:
        raise ValueError(f"codec {name!r}: choose from {', '.join(CODECS)}")
    codec = CODECS[name]
    if not codec.is_installed:
        raise ValueError(f'codec {name!r} needs the extra "formats": {install_command("formats")}')
    return codec
