"""Encoded bytes to one decoded frame. Headers are checked before anything is decoded; every fault becomes a Refusal."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

from PIL import Image, UnidentifiedImageError

from idetex_plugin.words.failure import Reason

READABLE = (
    "JPEG", "PNG", "GIF", "BMP", "DIB", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM", "ICO", "TGA", "QOI", "PCX",
    "SGI",
)  # fmt: skip
BEGINNINGS = {
    "JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG", "GIF": b"GIF8", "BMP": b"BM", "TIFF": b"II*\0", "TIFF ": b"MM\0*",
    "WebP": b"RIFF....WEBP", "JPEG 2000": b"\0\0\0\x0cjP", "AVIF": b"....ftypavi",
}  # fmt: skip
UNSUPPORTED = {
    "a PDF": b"%PDF", "PostScript": b"%!PS", "an SVG drawing": rb"\s*(<\?xml[^>]{0,200}>\s*)?<(svg|!DOCTYPE svg)",
    "a HEIF photo": b"....ftyp(hei|hev|mif|msf)", "a video": b"....ftyp|\x1aE\xdf\xa3|RIFF....AVI ",
    "a Photoshop file": b"8BPS", "OpenEXR": b"v/1\x01", "Radiance HDR": rb"#\?RADIANCE",
}  # fmt: skip
CUT_SHORT = re.compile(r"truncated|unexpected end|not enough image data|premature|end of file", re.I)


class Refusal(Exception):
    """Why these pixels cannot be judged; the text continues a sentence that begins with the photo's name."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason


def decode(data: bytes, check_size: Callable[[tuple[int, int]], None]) -> tuple[Image.Image, str, tuple[str, ...]]:
    """The first frame, decoded in full; the format's name; and notes.

    `check_size` may raise a Refusal by the header's width and height, before pixels are decoded. Pillow's own limit
    (twice `Image.MAX_IMAGE_PIXELS`, 178,956,970 unless the program changes it) holds as well. Raises Refusal.
    """
    if not data:
        raise Refusal(Reason.EMPTY_FILE, "is empty")
    try:
        image = Image.open(io.BytesIO(data), formats=READABLE)
        check_size(image.size)
        image.load()
    except Refusal:
        raise
    except UnidentifiedImageError:
        raise _unidentified(data) from None
    except (MemoryError, Image.DecompressionBombError):
        raise Refusal(Reason.TOO_LARGE, "has more pixels than Pillow's limit or than memory") from None
    except Exception as error:
        raise _broken(error) from None
    return image, image.format or "", _frames(image)


def whole(image: Image.Image) -> Image.Image:
    """A copy of an image that somebody opened, decoded in full. Raises Refusal."""
    try:
        return image.copy()
    except Exception as error:
        raise _broken(error) from None


def _frames(image: Image.Image) -> tuple[str, ...]:
    """A note on the frames that are not looked at. The other images of a JPEG (MPO) are previews, not frames."""
    if image.format == "MPO":
        return ()
    try:
        count = getattr(image, "n_frames", 1)
    except Exception:
        return ("first frame; the others cannot be read",)
    return (f"first frame of {count}",) if count > 1 else ()


def _unidentified(data: bytes) -> Refusal:
    for kind, magic in UNSUPPORTED.items():
        if re.match(magic, data, re.S):
            return Refusal(Reason.UNSUPPORTED_FORMAT, f"is {kind}, which cannot be judged")
    for kind, magic in BEGINNINGS.items():
        if re.match(magic.replace(b"*", rb"\*"), data, re.S):
            reason = Reason.TRUNCATED if len(data) < 1024 else Reason.CORRUPT
            return Refusal(reason, f"begins as {kind}, but its header cannot be read")
    return Refusal(Reason.NOT_AN_IMAGE, "is no image of a known kind")


def _broken(error: Exception) -> Refusal:
    text = re.sub(r"<[^>]*>|0x[0-9a-fA-F]+", "…", str(error)) or type(error).__name__
    if isinstance(error, EOFError) or CUT_SHORT.search(text):
        return Refusal(Reason.TRUNCATED, f"is cut short: {text}")
    return Refusal(Reason.CORRUPT, f"cannot be decoded: {text}")
