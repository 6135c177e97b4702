"""Finding photographs: files, folders and patterns to a lazy, sorted stream of local files."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SUFFIXES = frozenset(
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".webp",
        ".avif", ".jp2", ".j2k", ".jpx", ".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".ico", ".qoi", ".pcx", ".sgi",
        ".heic", ".heif",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """A file to assess. `name` is for people and JSON; `path` opens it, whatever the encoding of its name."""

    path: str
    name: str


def find_photos(paths: Iterable[str | os.PathLike[str]]) -> Iterator[Source]:
    """Each file once, in the order of the paths, folders and patterns sorted by name.

    A folder gives the files below it whose suffix is a picture's (formats that cannot be judged, such as HEIC, too:
    they become failed rows); names that begin with a dot are passed over. Links are followed, loops and repeated files
    are not. A pattern (*, ?, [], **) is expanded when nothing has that very name. What does not exist is given all the
    same, so that it is reported and not lost. Addresses are given as they are.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _below(os.fspath(path)):
            real = os.path.realpath(found) if "://" not in found else found
            if real not in seen:
                seen.add(real)
                yield Source(found, display_name(found))


def display_name(path: str) -> str:
    """A path for people and JSON: bytes of no valid encoding become the replacement character."""
    return os.fsencode(path).decode("utf-8", "replace")


def _below(path: str) -> Iterator[str]:
    if os.path.isdir(path):
        yield from _walk(path, set())
    elif not os.path.lexists(path) and glob.has_magic(path):
        matches = sorted(glob.glob(path, recursive=True))
        for match in matches:
            if not os.path.isdir(match):
                yield match
            elif "**" not in path:
                yield from _walk(match, set())
        if not matches:
            yield path
    else:
        yield path


def _walk(folder: str, above: set[tuple[int, int]]) -> Iterator[str]:
    """Files below a folder; `above` holds the identities of the folders on the way, so that a link cannot loop."""
    try:
        state = os.stat(folder)
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError:
        yield folder
        return
    identity = (state.st_dev, state.st_ino)
    if identity in above:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if _is_folder(entry):
            yield from _walk(entry.path, above | {identity})
        elif os.path.splitext(entry.name)[1].lower() in SUFFIXES:
            yield entry.path


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
