"""Finding photographs: files, folders and patterns to a lazy stream of local files, in one walk."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

SUFFIXES = frozenset(
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".webp",
        ".avif", ".avifs", ".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx", ".ppm", ".pgm", ".pbm", ".pnm", ".tga",
        ".ico", ".qoi", ".pcx", ".sgi", ".heic", ".heif", ".hif", ".jxl",
    }
)  # fmt: skip
NOT_JUDGED = frozenset(
    {
        ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".k25", ".kdc", ".mef", ".mos",
        ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f",
        ".dds", ".pfm", ".pam", ".exr", ".hdr", ".psd", ".psb", ".xcf", ".kra", ".svg", ".svgz", ".eps", ".ai", ".jxr",
        ".wdp", ".bpg", ".flif", ".jls", ".dcm", ".fits", ".fit", ".icns", ".cur", ".djvu", ".emf", ".wmf", ".xbm",
        ".xpm", ".ktx", ".ktx2",
    }
)  # fmt: skip
"""Pictures of kinds that are never read: a walk counts them and goes on."""

BLOCK = 8192
"""Files of one folder that are sorted together. A larger folder comes block by block, so that memory stays flat."""

Identity = tuple[int, int]
Place = tuple[Identity, str]
"""A file by the identity of its folder and its name: the same by whatever path it is reached."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to assess. `name` is for people and JSON; `path` opens it, whatever the encoding of its name."""

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class Named:
    """A photo under a name for people and JSON: any source that `photo.load.load_photo` takes, such as bytes."""

    photo: Any
    name: str


@dataclass(slots=True)
class PassedOver:
    """What a walk did not give, so that nothing goes missing without a word.

    kinds: pictures of kinds that cannot be judged, by suffix. repeated: files that had come already.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    repeated: int = 0

    def __str__(self) -> str:
        """One line for people, empty when nothing was passed over."""
        said = []
        if total := self.kinds.total():
            each = ", ".join(f"{count} {suffix}" for suffix, count in self.kinds.most_common())
            said.append(f"{total} file{'s' * (total != 1)} of kinds that cannot be judged: {each}")
        if self.repeated:
            said.append(f"{self.repeated} file{'s' * (self.repeated != 1)} named twice or linked")
        return "; ".join(said)


def find_photos(
    paths: Iterable[str | os.PathLike[str]],
    *,
    passed: PassedOver | None = None,
    without: str | os.PathLike[str] | None = None,
) -> Iterator[Source]:
    """Each file once, in the order of the paths: first a folder's own files by name, then those of its folders.

    A folder gives the files below it whose suffix is a picture's (formats that need an extra, such as HEIC, too:
    without it they become failed rows); names that begin with a dot are passed over. Links are followed, loops and
    files that came already are not; hard links are files of their own. A pattern (*, ?, [], **) is expanded when
    nothing has that very name. What does not exist is given all the same, so that it is reported and not lost.
    Addresses are given as they are.

    Nothing is collected first: the first photo comes as soon as it is found. Memory grows with the folders, and with
    files that are linked or named one by one, not with the others.

    passed: counts what a walk passes over, while it does. without: a folder whose files are never given.
    """
    walk = _Walk(PassedOver() if passed is None else passed, without)
    for path in paths:
        for found in walk.named(os.fspath(path)):
            yield Source(found, display_name(found))


def names_nothing(path: str) -> bool:
    """Whether a path or pattern leads to nothing and is not, by its suffix, that of a photo that may have gone."""
    if "://" in path or os.path.lexists(path):
        return False
    if glob.has_magic(path):
        return next(glob.iglob(path, recursive=True), None) is None
    return os.path.splitext(path)[1].lower() not in SUFFIXES


def display_name(path: str) -> str:
    """A path for people and JSON: bytes of no valid encoding become the replacement character."""
    return os.fsencode(path).decode("utf-8", "replace")


class _Walk:
    """One search. `entered`: folders that were or are being walked; `given`: files that could come up again."""

    def __init__(self, passed: PassedOver, without: str | os.PathLike[str] | None) -> None:
        self.passed = passed
        self.without = None if without is None else os.path.join(os.path.realpath(without), "")
        self.entered: set[Identity] = set()
        self.given: set[Place] = set()
        self.said: set[str] = set()

    def named(self, path: str) -> Iterator[str]:
        """The files of one path, folder or pattern."""
        if os.path.isdir(path):
            yield from self.below(path)
        elif not os.path.lexists(path) and glob.has_magic(path):
            matches = iter(sorted(glob.iglob(path, recursive=True)))
            first = next(matches, None)
            if first is None:
                yield from self.single(path)
                return
            for match in (first, *matches):
                if not os.path.isdir(match):
                    yield from self.single(match)
                elif "**" not in path:
                    yield from self.below(match)
        else:
            yield from self.single(path)

    def single(self, path: str) -> Iterator[str]:
        """A file that was named, is linked, or does not exist."""
        place = None if "://" in path else _place(path)
        if place is None:
            if path not in self.said:
                self.said.add(path)
                yield path
        elif self._is_without(path):
            return
        elif place in self.given or self._came_by(place):
            self.passed.repeated += 1
        else:
            self.given.add(place)
            yield path

    def below(self, folder: str) -> Iterator[str]:
        """The files below a folder, without the folders that have been entered."""
        waiting = [folder]
        while waiting:
            here = waiting.pop()
            identity = _identity(here)
            if identity is None or identity in self.entered or self._is_without(here):
                continue
            self.entered.add(identity)
            folders: list[str] = []
            links: list[str] = []
            try:
                with os.scandir(here) as listing:
                    while block := list(islice(listing, BLOCK)):
                        block.sort(key=lambda entry: entry.name)
                        for entry in block:
                            yield from self._entry(entry, identity, folders, links)
            except OSError:
                yield here
                continue
            for link in sorted(links):
                yield from self.single(link)
            waiting.extend(sorted(folders, reverse=True))

    def _entry(self, entry: os.DirEntry[str], here: Identity, folders: list[str], links: list[str]) -> Iterator[str]:
        if entry.name.startswith("."):
            return
        if _is_folder(entry):
            folders.append(entry.path)
            return
        suffix = os.path.splitext(entry.name)[1].lower()
        if suffix in NOT_JUDGED:
            self.passed.kinds[suffix] += 1
        elif suffix not in SUFFIXES:
            return
        elif entry.is_symlink():
            links.append(entry.path)
        elif (here, entry.name) in self.given:
            self.passed.repeated += 1
        else:
            yield entry.path

    def _is_without(self, path: str) -> bool:
        return self.without is not None and os.path.join(os.path.realpath(path), "").startswith(self.without)

    def _came_by(self, place: Place) -> bool:
        """Whether a walk gave this file under its own name. A folder gives its files before its links and folders."""
        folder, name = place
        return folder in self.entered and not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES


def _place(path: str) -> Place | None:
    """Where a file really is; None for what does not exist."""
    if not os.path.exists(path):
        return None
    folder, name = os.path.split(os.path.realpath(path))
    identity = _identity(folder)
    return None if identity is None else (identity, name)


def _identity(path: str | os.PathLike[str]) -> Identity | None:
    try:
        state = os.stat(path)
    except (OSError, ValueError):
        return None
    return state.st_dev, state.st_ino


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
