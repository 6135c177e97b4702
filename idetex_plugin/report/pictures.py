"""The pixels of the page: a thumbnail of what was judged, made by the same loading as the judgement."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from idetex_plugin.assessment import Assessment, PhotoInfo

if TYPE_CHECKING:
    from PIL.Image import Image

Originals = Callable[[PhotoInfo], "str | os.PathLike[str] | bytes | Image | None"]
"""Where the pixels of an assessed photo are now: anything `load_photo` takes, or None when they are gone."""

# Shown by every browser as Pillow shows them once their orientation is applied.
BROWSER_FORMATS = frozenset({"JPEG", "PNG", "WEBP", "GIF"})


def by_name(info: PhotoInfo) -> str:
    """The usual place: the photo's name is its path."""
    return info.name


@dataclass(frozen=True)
class Picture:
    """What the page shows of one photo; width and height in pixels after orientation, where known.

    `thumbnail` and `original` are links relative to the page, `"#"` stands for the embedded `jpeg`.
    `missing` says why there is no thumbnail, and is empty when there is one.
    """

    width: int | None
    height: int | None
    thumbnail: str | None = None
    original: str | None = None
    jpeg: bytes | None = None
    missing: str = ""


@dataclass(frozen=True)
class Pictures:
    """Makes the picture of each photo: beside the page in `folder`, or embedded when that is None.

    `size` is the longest side of a thumbnail in pixels; no photo is enlarged. With `link_originals` the page also
    refers to the untouched file for its large view, where a browser shows that as it was judged.
    A thumbnail that is already in `folder` is kept: its name is the hash of the content.
    """

    photos: Originals
    page: Path
    folder: Path | None
    size: int
    link_originals: bool

    def __call__(self, assessment: Assessment) -> Picture:
        """The picture, or a placeholder that says why there is none; never raises for a photo's sake."""
        info = assessment.photo
        if assessment.failure is not None and info.width is None:
            return Picture(None, None, missing=assessment.failure.message)
        try:
            source = self.photos(info)
            if source is None:
                return Picture(info.width, info.height, missing="The original is not at hand.")
            return self._made(source, info)
        except FileNotFoundError:
            return Picture(info.width, info.height, missing="The original is not there any more.")
        except (OSError, ValueError) as error:
            return Picture(info.width, info.height, missing=f"The original cannot be shown: {error}")

    def file_name(self, info: PhotoInfo) -> str:
        """The name of this photo's thumbnail, the same for the same content and size."""
        return f"{(info.sha256 or sha256(info.name.encode()).hexdigest())[:32]}-{self.size}.jpg"

    def _made(self, source: str | os.PathLike[str] | bytes | Image, info: PhotoInfo) -> Picture:
        from idetex_plugin.photo import load_photo

        target = None if self.folder is None else self.folder / self.file_name(info)
        photo = load_photo(source, name=info.name)
        if info.sha256 and photo.info.sha256 and info.sha256 != photo.info.sha256:
            return Picture(info.width, info.height, missing="The file has changed since it was assessed.")
        width, height = photo.image.size
        jpeg = _reduced(photo.image, self.size)
        if target is None:
            return Picture(width, height, thumbnail="#", jpeg=jpeg)
        write_whole(target, jpeg)
        return Picture(width, height, thumbnail=self._link(target), original=self._original(source, photo.info))

    def _original(self, source: object, info: PhotoInfo) -> str | None:
        shown = self.link_originals and info.format in BROWSER_FORMATS
        return self._link(Path(source)) if shown and isinstance(source, (str, os.PathLike)) else None

    def _link(self, path: Path) -> str:
        try:
            relative = os.path.relpath(path, self.page.parent)
        except ValueError:  # another drive
            return path.absolute().as_uri()
        return quote(os.fsencode(Path(relative).as_posix()))


def _reduced(image: Image, size: int) -> bytes:
    small = image.copy()
    small.thumbnail((size, size))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=85, subsampling=0, optimize=True)
    return buffer.getvalue()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is never seen half written."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
