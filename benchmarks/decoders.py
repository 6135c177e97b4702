"""Pixels of `load_photo` beside those of libvips, over generated files of many kinds. Prints a Markdown table.

`python benchmarks/decoders.py` from the repository's root. Mean and greatest error are in levels of 255. Where libvips
does not read a kind, or does not look at what the file says (gAMA, cHRM, sBIT, nodata), the column says so.
"""

# ruff: noqa: E402
from __future__ import annotations

import io
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests")]

import pyvips

from idetex_plugin.photo.icc import ADOBE, NAMED_PRIMARIES, SRGB, gamma_profile, matrix_profile, srgb_curve
from idetex_plugin.photo.load import PhotoError, load_photo
from tests.hostile import encoded, scene
from tests.photo.files import chunk, plain_page, png, tiff

PICTURE = scene(320, 208)
RGB = Image.fromarray(PICTURE)
GRAY = np.asarray(RGB.convert("L"))
WIDE, WIDE_GRAY = PICTURE.astype(np.uint16) * 257, GRAY.astype(np.uint16) * 257
RAMP = np.linspace(0, 1, 4096)
PROFILES = {
    "sRGB": matrix_profile(SRGB, srgb_curve(RAMP)), "linear sRGB": matrix_profile(SRGB, RAMP),
    "Display P3": matrix_profile(NAMED_PRIMARIES[12], srgb_curve(RAMP)),
    "Rec. 2020": matrix_profile(NAMED_PRIMARIES[9], srgb_curve(RAMP)), "Adobe RGB": gamma_profile(563 / 256, ADOBE),
}  # fmt: skip


def files() -> Iterator[tuple[str, bytes]]:
    """Kinds of files by name."""
    for sampling in ("4:4:4", "4:2:2", "4:2:0"):
        for progressive in (False, True):
            name = f"JPEG {sampling} {'progressive' if progressive else 'baseline'}"
            yield name, encoded("JPEG", RGB, quality=90, subsampling=sampling, progressive=progressive)
    for quality in (5, 50, 100):
        yield f"JPEG quality {quality}", encoded("JPEG", RGB, quality=quality)
    yield "JPEG gray", encoded("JPEG", RGB.convert("L"))
    yield "JPEG with restarts", encoded("JPEG", RGB, restart_marker_rows=1)
    yield "JPEG RGB, not YCbCr", encoded("JPEG", RGB, keep_rgb=True)
    yield "MPO", encoded("MPO", RGB, save_all=True, append_images=[RGB.rotate(180)])
    for kind in ("JPEG", "PNG", "WEBP", "TIFF"):
        for orientation in (3, 6):
            exif = Image.Exif()
            exif[0x0112] = orientation
            yield f"{kind} orientation {orientation}", encoded(kind, RGB, exif=exif)
    for name, profile in PROFILES.items():
        for kind in ("PNG", "JPEG", "TIFF"):
            yield f"{kind} {name}", encoded(kind, RGB, icc_profile=profile)
    yield "PNG 8 bits", png(PICTURE)
    yield "PNG gray", png(GRAY)
    yield "PNG 1 bit", encoded("PNG", RGB.convert("1"))
    yield "PNG palette", encoded("PNG", RGB.quantize(64))
    yield "PNG alpha", png(np.dstack([PICTURE, GRAY]))
    yield "PNG 16 bits", png(WIDE)
    yield "PNG 16-bit gray", png(WIDE_GRAY)
    yield "PNG 16-bit dark gray", png(WIDE_GRAY // 64)
    yield "PNG with 3 MB of text", png(PICTURE, chunk(b"tEXt", b"c\0" + b"x" * (3 << 20)))
    yield "PNG gAMA 1.0", png(PICTURE, chunk(b"gAMA", struct.pack(">I", 100_000)))
    yield "PNG 12 bits by sBIT", png(WIDE >> 4, chunk(b"sBIT", b"\x0c\x0c\x0c"))
    for name, values, more in (
        ("8 bits", PICTURE, {}), ("8-bit gray", GRAY, {}), ("16 bits", WIDE, {}), ("16-bit gray", WIDE_GRAY, {}),
        ("white is zero", 255 - GRAY, {"t262": 0}), ("16 bits, white is zero", 65535 - WIDE_GRAY, {"t262": 0}),
        ("float32 gray", (GRAY / 255).astype(np.float32), {}), ("float64 gray", GRAY / 255.0, {}),
        ("float32 colour", (PICTURE / 255).astype(np.float32), {}),
    ):  # fmt: skip
        yield f"TIFF {name}", tiff([plain_page(np.ascontiguousarray(values), **more)])
    for values, name in ((PICTURE, "8-bit planes"), (WIDE, "16-bit planes")):
        page = plain_page(values) | {284: 2}
        page[273] = [np.ascontiguousarray(values[..., band]).tobytes() for band in range(3)]
        yield f"TIFF {name}", tiff([page])
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        yield f"TIFF {compression.removeprefix('tiff_')}", encoded("TIFF", RGB, compression=compression)
    thumbnail = plain_page(np.ascontiguousarray(PICTURE[::4, ::4]), t254=1)
    yield "TIFF behind a thumbnail", tiff([thumbnail, plain_page(PICTURE)])
    yield "TIFF CMYK", encoded("TIFF", RGB.convert("CMYK"))
    yield "TIFF CIELAB", encoded("TIFF", ImageCms.profileToProfile(
        RGB, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"))  # fmt: skip
    for quality in (40, 90):
        yield f"WebP quality {quality}", encoded("WEBP", RGB, quality=quality)
        yield f"AVIF quality {quality}", encoded("AVIF", RGB, quality=quality)
    yield "WebP lossless", encoded("WEBP", RGB, lossless=True)
    yield "GIF", encoded("GIF", RGB.quantize(200))
    yield "BMP", encoded("BMP", RGB)
    yield "PPM", encoded("PPM", RGB)
    yield "PGM 16 bits", b"P5 320 208 65535\n" + WIDE_GRAY.astype(">u2").tobytes()
    yield "JPEG 2000", encoded("JPEG2000", RGB)
    yield "JPEG 2000 16-bit gray", encoded("JPEG2000", Image.fromarray(WIDE_GRAY))
    yield from _extra()


def _extra() -> Iterator[tuple[str, bytes]]:
    import openjpeg
    import pillow_heif
    import pillow_jxl  # noqa: F401

    yield "JPEG 2000 16 bits", openjpeg.encode(WIDE, photometric_interpretation=1, codec_format=1)
    yield "JPEG XL", encoded("JXL", RGB, lossless=True)
    buffer = io.BytesIO()
    pillow_heif.from_pillow(RGB).save(buffer, quality=90)
    yield "HEIC", buffer.getvalue()


def independent(data: bytes) -> NDArray[np.float64]:
    """Upright sRGB pixels by libvips, transparency over middle gray."""
    image = pyvips.Image.new_from_buffer(data, "").autorot()
    if image.get_typeof("icc-profile-data"):
        image = image.icc_transform("srgb", embedded=True, intent="perceptual")
    if image.format in {"float", "double"}:
        image = (image * 255).rint().cast("uchar").copy(interpretation="b-w" if image.bands == 1 else "srgb")
    image = image.colourspace("srgb")
    if image.hasalpha():
        image = image.flatten(background=[128, 128, 128])
    values = np.asarray(image.cast("uchar").numpy(), np.float64)
    return values if values.ndim == 3 and values.shape[2] == 3 else np.dstack([values.reshape(values.shape[:2])] * 3)


def by_imagemagick(data: bytes, size: tuple[int, int]) -> NDArray[np.float64] | None:
    """The same of kinds that libvips does not read, by ImageMagick's `convert`; None where that reads none, either."""
    command = ["convert", "-", "-auto-orient", "-colorspace", "sRGB", "-depth", "8", "rgb:-"]
    try:
        out = subprocess.run(command, input=data, capture_output=True, check=True, timeout=60).stdout
        return np.frombuffer(out, np.uint8).reshape(size[1], size[0], 3).astype(np.float64)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def other(data: bytes, size: tuple[int, int]) -> tuple[NDArray[np.float64] | None, str]:
    """Pixels by another decoder, and which."""
    try:
        return independent(data), "libvips"
    except pyvips.Error:
        return by_imagemagick(data, size), "ImageMagick"


def main() -> None:
    """Print the table."""
    print("| kind | mean error | greatest | notes of `load_photo` |\n| --- | ---: | ---: | --- |")
    count, errors = 0, []
    for name, data in files():
        try:
            photo = load_photo(data)
        except PhotoError as error:
            print(f"| {name} | | | refused: {error} |")
            continue
        said = "; ".join(photo.info.notes)
        wanted, by = other(data, photo.image.size)
        if wanted is None:
            print(f"| {name} | neither reads it | | {said} |")
            continue
        found = np.asarray(photo.image, np.float64)
        if found.shape != wanted.shape:
            print(f"| {name} | {by} shows {wanted.shape[1]} x {wanted.shape[0]} pixels | | {said} |")
            continue
        off = np.abs(found - wanted)
        count, errors = count + 1, [*errors, float(off.mean())]
        print(f"| {name}{'' if by == 'libvips' else ' (' + by + ')'} | {off.mean():.2f} | {off.max():.0f} | {said} |")
    print(f"\n{count} kinds compared; {sum(error < 1 for error in errors)} with a mean error below one level.")


if __name__ == "__main__":
    main()
