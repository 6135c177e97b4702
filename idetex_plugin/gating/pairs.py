"""Which photos to judge, and against what: files, folders, or what changed in a git range."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from idetex_plugin.photo.sources import SUFFIXES, find_photos

STAGED = "--cached"
A_FILE = "100"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos to compare. name: the compressed photo's, for people; None for its path.

    original, compressed: paths, encoded bytes, PIL images, numpy arrays or `photo.load.Photo`s; the original may be
    None.
    codec: what made the compressed photo, such as "jpeg", for remedies.
    """

    name: str | None
    original: Any
    compressed: Any
    codec: str = ""

    @property
    def title(self) -> str:
        """The name, or the path, or what kind of thing it is."""
        path = self.compressed if isinstance(self.compressed, str | os.PathLike) else type(self.compressed).__name__
        return self.name or os.fspath(path)

    @classmethod
    def named(cls, name: str, original: Any, compressed: Any) -> Pair:
        """With the codec that the suffix of the name tells."""
        suffix = PurePosixPath(name).suffix.lower().lstrip(".")
        return cls(name, original, compressed, {"jpg": "jpeg", "jpe": "jpeg"}.get(suffix, suffix))


def pairs_of(original: Path | None, compressed: Path) -> Iterator[Pair]:
    """Two files; or two folders, whose files are paired by their path below the folder without the suffix.

    A photo without an original of its name is paired with none. Raises ValueError where two originals could be meant,
    or for a file beside a folder.
    """
    if original is not None and original.is_dir() != compressed.is_dir():
        raise ValueError(f"{original} and {compressed}: give two files or two folders")
    if original is None or not original.is_dir():
        for source in find_photos([compressed]):
            yield Pair.named(source.name, None if original is None else os.fspath(original), source.path)
        return
    known: dict[str, str] = {}
    for source in find_photos([original]):
        key = _key(source.path, original)
        if key in known:
            raise ValueError(f"{known[key]} and {source.path} could both be the original of {key}")
        known[key] = source.path
    for source in find_photos([compressed]):
        yield Pair.named(source.name, known.get(_key(source.path, compressed)), source.path)


def changed_in(span: str, folder: Path = Path()) -> Iterator[Pair]:
    """Photos added or changed in a git range such as "main...HEAD" or "HEAD~3", each beside what it was before.

    span: as of `git diff`, or `STAGED` for what is staged. A renamed photo is beside its former self; links are passed
    over. Raises ValueError with git's own words.
    """
    root = Path(os.fsdecode(_git(folder, "rev-parse", "--show-toplevel").rstrip(b"\n")))
    options = ("--raw", "-z", "--abbrev=40", "--find-renames", "--diff-filter=AMR")
    fields = iter(_git(root, "diff", *options, span, "--").split(b"\0"))
    for head in fields:
        if not head:
            continue
        _, mode, before, after, status = head.decode().lstrip(":").split()
        name = next(fields)
        if status.startswith("R"):
            name = next(fields)
        shown = name.decode(errors="replace")
        if mode.startswith(A_FILE) and PurePosixPath(shown).suffix.lower() in SUFFIXES:
            now = _blob(root, after, name)
            yield Pair.named(shown, None if status == "A" else _blob(root, before, name), now)


def _blob(root: Path, sha: str, name: bytes) -> bytes:
    """The content as checked out, by Git LFS where it is used; git writes zeros for what is only checked out."""
    if not sha.strip("0"):
        return (root / os.fsdecode(name)).read_bytes()
    return _git(root, "cat-file", "--filters", f"--path={os.fsdecode(name)}", sha)


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=True)
    except FileNotFoundError as error:
        raise ValueError("git is not installed") from error
    except subprocess.CalledProcessError as error:
        raise ValueError(error.stderr.decode(errors="replace").strip() or f"git {arguments[0]} failed") from error
    return done.stdout


def _key(path: str, folder: Path) -> str:
    return os.fspath(Path(path).relative_to(folder).with_suffix(""))
