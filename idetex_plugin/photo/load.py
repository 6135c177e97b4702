"""From a path, bytes, a PIL image or an array to pixels that are safe to judge, or a named reason why not.

Nothing is fetched: only local pixels ever reach an engine. Safe to call from many threads; no global state of Pillow is
read or changed. What cannot be detected: bytes overwritten inside the coded data of a JPEG that still fit together.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from idetex_plugin.photo.decode import decode
from idetex_plugin.photo.frame import Refusal
from idetex_plugin.photo.graphic import kind_of_picture
from idetex_plugin.photo.jpeg import GAIN_MAP_NOTE
from idetex_plugin.photo.pixels import Notes, from_array, from_image, to_rgb
from idetex_plugin.photo.reading import broken
from idetex_plugin.photo.sources import display_name
from idetex_plugin.words.assessment import PhotoInfo
from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.request import bare

DEFAULT_MAX_PIXELS = 100_000_000
MAX_BYTES = 2 << 30
MIN_SIDE = 16
MENDED = ("fail", "judge")
SILENT = frozenset({GAIN_MAP_NOTE})
"""Notes on what is in a file that leave its pixels as they are stored."""
REMOTE = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*://")


@dataclass(frozen=True, slots=True)
class Photo:
    """Upright sRGB pixels with nothing else of a file on them, and which they are.

    stored: the file's bytes, where it stores just these pixels: nothing was turned, converted or mended.
    """

    image: Image.Image
    info: PhotoInfo
    stored: bytes | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "image", bare(self.image))


class PhotoError(ValueError):
    """A photo that cannot be judged. The failure's message names it and says why."""

    def __init__(self, failure: Failure, info: PhotoInfo) -> None:
        super().__init__(failure.message)
        self.failure, self.info = failure, info


def load_photo(
    source: Any, *, name: str | None = None, max_pixels: int = DEFAULT_MAX_PIXELS, mended: str = "fail"
) -> Photo:
    """The photo of a path (str, PathLike), encoded bytes, an open binary file, a PIL image or a numpy array.

    See `pixels.from_array` for arrays. A Photo is given back as it is. Of a file that can seek all is read, wherever
    it stands, and it is left as it was.

    name: how results call it; by default the path. max_pixels: refused before decoding when the header says more.
    mended: what becomes of a JPEG whose damage the decoder has to mend: "fail", or "judge" (with a note).
    Raises PhotoError for anything that cannot be judged, and TypeError for what is no source at all.
    """
    if mended not in MENDED:
        raise ValueError(f"mended {mended!r}: choose from {', '.join(MENDED)}")
    if isinstance(source, Photo):
        return source
    shown = name or _name(source)
    found = _Found()
    try:
        image, notes = _open(source, found, max_pixels, mended == "judge")
        _check_size(image.size, max_pixels)
    except Refusal as refusal:
        failure = Failure(reason=refusal.reason, message=f"{shown}: {refusal}")
        raise PhotoError(failure, PhotoInfo(name=shown, sha256=found.sha256)) from None
    info = PhotoInfo(
        name=shown, sha256=found.sha256, width=image.width, height=image.height, format=found.format,
        file_bytes=found.file_bytes, kind=kind_of_picture(image), notes=notes,
    )  # fmt: skip
    return Photo(image, info, None if set(notes) - SILENT else found.stored)


@dataclass(slots=True)
class _Found:
    """What is known of a source before its pixels are."""

    sha256: str | None = None
    format: str | None = None
    file_bytes: int | None = None
    stored: bytes | None = None


def _open(source: Any, found: _Found, max_pixels: int, mend: bool) -> tuple[Image.Image, Notes]:
    if isinstance(source, Image.Image):
        _check_size(source.size, max_pixels)
        own = _whole(source)
        found.sha256, found.format = _pixel_hash(own.mode, own.size, own.tobytes()), source.format
        return from_image(own, source.format)
    if isinstance(source, str | os.PathLike):
        source = _read(source)
    elif hasattr(source, "read"):
        source = _read_open(source)
    if isinstance(source, bytes | bytearray | memoryview):
        found.sha256, found.file_bytes = hashlib.sha256(source).hexdigest(), memoryview(source).nbytes
        found.stored = bytes(source)
        frame = decode(found.stored, lambda size: _check_size(size, max_pixels), mend=mend)
        found.format = frame.format
        return to_rgb(frame)
    if hasattr(source, "__array__"):
        array = np.asarray(source)
        found.sha256 = _pixel_hash(str(array.dtype), array.shape, array.tobytes())
        return from_array(array)
    raise TypeError(f"{type(source).__name__} is no path, bytes, open binary file, PIL image or numpy array")


def _whole(image: Image.Image) -> Image.Image:
    """A copy of an image that somebody opened, decoded in full."""
    try:
        return image.copy()
    except Exception as error:
        raise broken(error) from None


def contents(source: Any) -> Any:
    """The bytes of an open file that can be read, so that it can be read twice; any other source as it is."""
    if isinstance(source, str | os.PathLike | Image.Image) or not hasattr(source, "read"):
        return source
    try:
        return _read_open(source)
    except Refusal:
        return source


def _read_open(file: Any) -> bytes:
    try:
        place = file.tell() if file.seekable() else None
        if place is not None:
            file.seek(0)
        data = file.read(MAX_BYTES + 1)
        if place is not None:
            file.seek(place)
    except (OSError, ValueError, AttributeError) as error:
        raise Refusal(Reason.NOT_FOUND, f"cannot be read: {error}") from None
    if not isinstance(data, bytes):
        raise Refusal(Reason.NOT_AN_IMAGE, "is open as text; open it in binary mode")
    if len(data) > MAX_BYTES:
        raise Refusal(Reason.TOO_LARGE, f"has more than {MAX_BYTES} bytes")
    return data


def _name(source: Any) -> str:
    if hasattr(source, "read") and isinstance(getattr(source, "name", None), str):
        return display_name(source.name)
    if isinstance(source, str | os.PathLike):
        return display_name(os.fsdecode(source))
    return "array" if hasattr(source, "__array__") and not isinstance(source, Image.Image) else "image"


def _read(source: str | os.PathLike[str]) -> bytes:
    path = os.fspath(source)
    if isinstance(path, str) and REMOTE.match(path):
        raise Refusal(Reason.REMOTE, "is a remote address; nothing is fetched, give a local file")
    try:
        state = os.stat(path)
        if stat.S_ISDIR(state.st_mode):
            os.scandir(path).close()
            raise Refusal(Reason.NOT_AN_IMAGE, "is a folder")
        if not stat.S_ISREG(state.st_mode):
            raise Refusal(Reason.NOT_AN_IMAGE, "is no regular file")
        if state.st_size == 0:
            raise Refusal(Reason.EMPTY_FILE, "is an empty file")
        if state.st_size > MAX_BYTES:
            raise Refusal(Reason.TOO_LARGE, f"has {state.st_size} bytes, more than {MAX_BYTES}")
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        raise Refusal(Reason.NOT_FOUND, "there is no such file") from None
    except PermissionError:
        raise Refusal(Reason.NOT_PERMITTED, "may not be read") from None
    except (OSError, ValueError) as error:
        text = error.strerror if isinstance(error, OSError) and error.strerror else "its name cannot be a file's"
        raise Refusal(Reason.NOT_FOUND, f"cannot be read: {text}") from None


def _check_size(size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if 0 in size:
        raise Refusal(Reason.CORRUPT, f"says that it has {width} x {height} pixels")
    if width * height > max_pixels:
        raise Refusal(Reason.TOO_LARGE, f"has {width} x {height} pixels, more than {max_pixels}")
    if min(width, height) < MIN_SIDE:
        raise Refusal(Reason.TOO_SMALL, f"has {width} x {height} pixels; a side needs at least {MIN_SIDE}")


def _pixel_hash(kind: str, shape: tuple[int, ...], data: bytes) -> str:
    return hashlib.sha256(f"{kind} {shape} ".encode() + data).hexdigest()
