"""The pixels of the page: a thumbnail of what was judged, made by the same loading as the judgement."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

from idetex_plugin.words.assessment import Assessment, PhotoInfo
from idetex_plugin.words.whole_file import whole_file

if TYPE_CHECKING:
    from PIL.Image import Image

    from idetex_plugin.photo.load import Photo

Source: TypeAlias = "str | os.PathLike[str] | bytes | Image"
Originals = Callable[[PhotoInfo], "Source | None"]
"""Where the pixels of an assessed photo are now: anything `load_photo` takes, or None when they are gone."""

def by_name(info: PhotoInfo) -> str:
    """The usual place: the photo's name is its path."""
    return info.name


@dataclass(frozen=True)
class ShownPhoto:
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
    A thumbnail that is already in `folder` shows what was judged, for it is named by the hash of that content: it is
    made again only when the original is younger, and stands in for one that has gone or changed.
    """

    photos: Originals
    page: Path
    folder: Path | None
    size: int
    link_originals: bool

    def __call__(self, assessment: Assessment) -> ShownPhoto:
        """The picture, or a placeholder that says why there is none. Raises OSError if `folder` cannot be written."""
        from idetex_plugin.photo.load import PhotoError, load_photo

        info = assessment.photo
        if assessment.failure is not None and info.width is None:
            return ShownPhoto(None, None, missing=assessment.failure.message)
        source = self.photos(info)
        if source is None or (isinstance(source, (str, os.PathLike)) and not os.path.exists(source)):
            return self._without(info, "The original is not there any more.")
        kept = self._kept(source, info)
        if kept is not None:
            return kept
        try:
            photo = load_photo(source, name=info.name)
        except PhotoError as error:
            return self._without(info, error.failure.message)
        if info.sha256 and photo.info.sha256 and info.sha256 != photo.info.sha256:
            return self._without(info, "The file has changed since it was assessed.")
        return self._made(photo, source, info)

    def _without(self, info: PhotoInfo, why: str) -> ShownPhoto:
        return self._kept(None, info) or ShownPhoto(info.width, info.height, missing=why)

    def _target(self, info: PhotoInfo) -> Path | None:
        name = f"{(info.sha256 or sha256(info.name.encode()).hexdigest())[:32]}-{self.size}.jpg"
        return None if self.folder is None else self.folder / name

    def _kept(self, source: Source | None, info: PhotoInfo) -> ShownPhoto | None:
        target = self._target(info)
        if target is None or info.sha256 is None or info.width is None or not target.exists():
            return None
        if isinstance(source, (str, os.PathLike)):
            state = os.stat(source)
            if max(state.st_mtime_ns, state.st_ctime_ns) > target.stat().st_mtime_ns:
                return None
        return ShownPhoto(info.width, info.height, self._link(target), self._original(source, info))

    def _made(self, photo: Photo, source: Source, info: PhotoInfo) -> ShownPhoto:
        width, height = photo.image.size
        try:
            jpeg = _reduced(photo.image, self.size)
        except (OSError, ValueError) as error:
            return self._without(info, f"No thumbnail of it can be made: {error}")
        target = self._target(info)
        if target is None:
            return ShownPhoto(width, height, thumbnail="#", jpeg=jpeg)
        with whole_file(target) as file:
            file.write(jpeg)
        return ShownPhoto(width, height, self._link(target), self._original(source, info))

    def _original(self, source: object, info: PhotoInfo) -> str | None:
        shown = self.link_originals and alike_in_browsers(info)
        return self._link(Path(source)) if shown and isinstance(source, (str, os.PathLike)) else None

    def _link(self, path: Path) -> str:
        try:
            relative = os.path.relpath(path, self.page.parent)
        except ValueError:  # another drive
            return path.absolute().as_uri()
        return quote(os.fsencode(Path(relative).as_posix()))


def alike_in_browsers(info: PhotoInfo) -> bool:
    """Whether a browser shows the file as it was judged: it turns JPEG upright, and converts nothing else."""
    return info.format in {"JPEG", "MPO"} or (info.format in {"PNG", "WEBP"} and not info.notes)


def _reduced(image: Image, size: int) -> bytes:
    small = image.copy()
    small.thumbnail((size, size))
    buffer = io.BytesIO()
    # Not optimised: of the noisiest photos that outgrows the buffer that Pillow gives it.
    small.save(buffer, "JPEG", quality=85, subsampling=0)
    return buffer.getvalue()
