"""A folder of difficult files, each with what must become of it. `python tests/hostile.py FOLDER` writes it."""

from __future__ import annotations

import io
import os
import struct
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin

from idetex_plugin.words.failure import Reason

BROKEN = frozenset({Reason.TRUNCATED, Reason.CORRUPT})


@dataclass(frozen=True)
class Case:
    """A file, and the reasons it may be refused for; none means that it must be judged."""

    path: str
    reasons: frozenset[Reason] = frozenset()


def scene(width: int = 96, height: int = 64) -> np.ndarray:
    """A small colourful picture, (height, width, 3) uint8."""
    y, x = np.mgrid[:height, :width]
    waves = [120 + 90 * np.sin(x / 7 + k) * np.cos(y / (5 + k)) for k in range(3)]
    return np.clip(np.stack(waves, -1), 0, 255).astype(np.uint8)


def encoded(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    """An image file's bytes."""
    buffer = io.BytesIO()
    (image or Image.fromarray(scene())).save(buffer, kind, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def good() -> Iterator[tuple[str, bytes]]:
    """Files that must be judged."""
    rgb = Image.fromarray(scene())
    for kind, suffix in (
        ("JPEG", "jpg"), ("PNG", "png"), ("GIF", "gif"), ("BMP", "bmp"), ("TIFF", "tif"), ("WEBP", "webp"),
        ("JPEG2000", "jp2"), ("PPM", "ppm"), ("TGA", "tga"), ("PCX", "pcx"), ("AVIF", "avif"),
    ):  # fmt: skip
        yield f"plain.{suffix}", encoded(kind)
    yield "progressive.jpg", encoded("JPEG", progressive=True)
    yield "icon.ico", encoded("ICO", Image.fromarray(scene(64, 64)), sizes=[(64, 64)])
    yield "cmyk.jpg", encoded("JPEG", rgb.convert("CMYK"))
    yield "gray.jpg", encoded("JPEG", rgb.convert("L"))
    yield "one-bit.png", encoded("PNG", rgb.convert("1"))
    yield "palette.png", encoded("PNG", rgb.quantize(16))
    yield "palette-transparent.png", encoded("PNG", rgb.quantize(16), transparency=3)
    yield "gray-alpha.png", encoded("PNG", rgb.convert("LA"))
    clear = rgb.convert("RGBA")
    clear.putalpha(90)
    yield "alpha.png", encoded("PNG", clear)
    yield "alpha.webp", encoded("WEBP", clear)
    wide = (scene()[..., 0].astype(np.uint16) << 8) + 5
    yield "sixteen.png", encoded("PNG", Image.fromarray(wide))
    yield "sixteen.tif", encoded("TIFF", Image.fromarray(wide))
    yield "twelve.tif", encoded("TIFF", Image.fromarray(wide >> 4))
    yield "float.tif", encoded("TIFF", Image.fromarray(scene()[..., 0].astype(np.float32) / 255))
    yield "float-odd.tif", encoded("TIFF", Image.fromarray(scene()[..., 0].astype(np.float32) * 900 - 4000))
    yield "lab.tif", encoded("TIFF", ImageCms.profileToProfile(
        rgb, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    ))  # fmt: skip
    frames = [Image.fromarray(np.roll(scene(), k * 9, 1)) for k in range(4)]
    for kind, name in (("GIF", "moving.gif"), ("WEBP", "moving.webp"), ("PNG", "moving.png"), ("TIFF", "pages.tif")):
        yield name, encoded(kind, frames[0], save_all=True, append_images=frames[1:])
    yield "preview.mpo", encoded("MPO", frames[0], save_all=True, append_images=frames[1:2])
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        yield f"orientation-{orientation}.jpg", encoded("JPEG", exif=exif)
    exif = Image.Exif()
    exif[0x0112] = 99
    yield "orientation-99.jpg", encoded("JPEG", exif=exif)
    yield "exif-garbage.jpg", encoded("JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff garbage")
    yield "profile-broken.jpg", encoded("JPEG", icc_profile=b"no profile at all")
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    yield "profile.jpg", encoded("JPEG", icc_profile=srgb.tobytes())
    yield "png-in-disguise.jpg", encoded("PNG")
    yield "trailing-rubbish.jpg", encoded("JPEG") + b"<script>alert(1)</script>" * 50
    yield "line.png", encoded("PNG", Image.new("RGB", (6000, 16), "teal"))
    info = PngImagePlugin.PngInfo()
    info.add_text("comment", "</script><img src=x onerror=alert(1)>")
    yield "comment.png", encoded("PNG", pnginfo=info)


def bad() -> Iterator[tuple[str, bytes, frozenset[Reason]]]:
    """Files that must be refused, each for one of its reasons."""
    jpeg, png = encoded("JPEG"), encoded("PNG", compress_level=1)
    yield "empty.jpg", b"", frozenset({Reason.EMPTY_FILE})
    yield "text.jpg", b"this is no picture\n" * 30, frozenset({Reason.NOT_AN_IMAGE})
    yield "zeros.png", bytes(4096), frozenset({Reason.NOT_AN_IMAGE})
    yield "random.webp", np.random.default_rng(1).bytes(4096), frozenset({Reason.NOT_AN_IMAGE})
    yield "page.png", b"<!doctype html><title>404</title>", frozenset({Reason.NOT_AN_IMAGE})
    yield "paper.jpg", b"%PDF-1.7\n%...", frozenset({Reason.UNSUPPORTED_FORMAT})
    yield "drawing.png", b"<?xml version='1.0'?>\n<svg xmlns='x'/>", frozenset({Reason.UNSUPPORTED_FORMAT})
    yield "clip.gif", b"\0\0\0\x18ftypisom" + bytes(64), frozenset({Reason.UNSUPPORTED_FORMAT})
    yield "photo.heic", b"\0\0\0\x18ftypheic" + bytes(64), BROKEN | {Reason.UNSUPPORTED_FORMAT}
    yield "printer.jpg", b"%!PS-Adobe-3.0\nshowpage", frozenset({Reason.UNSUPPORTED_FORMAT})
    for percent in (2, 10, 30, 50, 80):
        yield f"cut-{percent}.jpg", jpeg[: len(jpeg) * percent // 100], BROKEN
        yield f"cut-{percent}.png", png[: len(png) * percent // 100], BROKEN
    yield "cut.webp", encoded("WEBP")[:-200], BROKEN
    yield "cut.tif", encoded("TIFF")[:-3000], BROKEN
    yield "cut.bmp", encoded("BMP")[:-3000], BROKEN
    yield "cut.jp2", encoded("JPEG2000")[:300], BROKEN
    middle = len(png) // 2
    yield "wrong-sum.png", png[:middle] + bytes(64) + png[middle + 64 :], BROKEN
    yield "not-finite.tif", encoded("TIFF", Image.fromarray(np.full((40, 40), np.nan, np.float32))), BROKEN
    yield "bomb.png", bomb(20_000, 20_000), frozenset({Reason.TOO_LARGE})
    yield "bomb-wide.png", bomb(2_000_000, 100), frozenset({Reason.TOO_LARGE})
    yield "dot.png", encoded("PNG", Image.new("RGB", (1, 1))), frozenset({Reason.TOO_SMALL})
    yield "thread.png", encoded("PNG", Image.new("RGB", (400, 2))), frozenset({Reason.TOO_SMALL})


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(bytes(5_000_000))), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)


def odd_names() -> list[bytes]:
    """Names that break careless programs."""
    return [
        b"caf\xe9.png", b"new\nline.png", b"quote\"'`.png", b"<_script><img src=x onerror=alert(1)>.png", b"-rf.png",
        "右から\u202egnp.png".encode(), b"a" * 240 + b".png", b"$(touch pwned).png", b"%s%n.png", b" .png",
    ]  # fmt: skip


def write_hostile(folder: Path) -> list[Case]:
    """Write every file below the folder; gives one case a file that a run over the folder must report."""
    folder.mkdir(parents=True, exist_ok=True)
    cases: list[Case] = []

    def write(name: str, data: bytes, reasons: frozenset[Reason] = frozenset()) -> None:
        (folder / name).write_bytes(data)
        cases.append(Case(str(folder / name), reasons))

    for name, data in good():
        write(name, data)
    for name, data, reasons in bad():
        write(name, data, reasons)
    for number, name in enumerate(odd_names()):
        path = os.fsdecode(os.fsencode(folder) + b"/" + name)
        write(path, encoded("PNG", Image.fromarray(scene(64 + number, 48))))
    _special(folder, cases)
    return cases


def _special(folder: Path, cases: list[Case]) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "dangling.jpg").symlink_to(folder / "nowhere.jpg")
    cases.append(Case(str(folder / "dangling.jpg"), frozenset({Reason.NOT_FOUND})))
    os.mkfifo(folder / "pipe.jpg")
    cases.append(Case(str(folder / "pipe.jpg"), frozenset({Reason.NOT_AN_IMAGE})))
    (folder / ".hidden.jpg").write_bytes(b"passed over")
    if os.geteuid() != 0:
        secret = folder / "secret.jpg"
        secret.write_bytes(encoded("JPEG"))
        secret.chmod(0)
        cases.append(Case(str(secret), frozenset({Reason.NOT_PERMITTED})))


if __name__ == "__main__":
    print(len(write_hostile(Path(sys.argv[1]))), "files")
