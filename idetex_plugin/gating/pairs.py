"""Which photos to judge, and against what: two files, or the files of two folders."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from idetex_plugin.gating.originals import Originals
from idetex_plugin.photo.sources import Source, find_photos


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos to compare. name: the compressed photo's, for people; None for its path.

    original, compressed: paths, encoded bytes, PIL images, numpy arrays or `photo.load.Photo`s; the original may be
    None, or what `compare.read_side` gives.
    codec: what made the compressed photo, such as "jpeg", for remedies.
    problem: why there is nothing to compare, such as a copy without an original; such a pair is a review.
    original_name: the original's, for people; None for its path.
    """

    name: str | None
    original: Any
    compressed: Any
    codec: str = ""
    problem: str = ""
    original_name: str | None = None

    @property
    def title(self) -> str:
        """The name, or the path, or what kind of thing it is."""
        path = self.compressed if isinstance(self.compressed, str | os.PathLike) else type(self.compressed).__name__
        return self.name or os.fspath(path)

    @classmethod
    def named(
        cls, name: str, original: Any, compressed: Any, problem: str = "", original_name: str | None = None
    ) -> Pair:
        """With the codec that the suffix of the name tells."""
        suffix = PurePosixPath(name).suffix.lower().lstrip(".")
        codec = {"jpg": "jpeg", "jpe": "jpeg"}.get(suffix, suffix)
        return cls(name, original, compressed, codec, problem, original_name)


def pairs_of(original: Path | None, compressed: Path) -> Iterator[Pair]:
    """Two files; or two folders, whose files are paired by their paths below the folders, see `originals`.

    Nothing is lost: a copy without an original, or with several that are equally likely, and an original without a copy
    are pairs with a problem. Raises ValueError for a file beside a folder.
    """
    if original is not None and os.path.isdir(original) != os.path.isdir(compressed):
        raise ValueError(f"{original} and {compressed}: give two files or two folders")
    if original is None or not os.path.isdir(original):
        for source in find_photos([compressed]):
            yield Pair.named(source.name, None if original is None else os.fspath(original), source.path)
        return
    known = {_below(source, original): source for source in find_photos([original])}
    originals, used = Originals(known), set[str]()
    for copy in find_photos([compressed]):
        found = originals.of(_below(copy, compressed))
        used.update(found)
        if len(found) == 1:
            yield Pair.named(copy.name, known[found[0]].path, copy.path)
            continue
        several = " and ".join(known[each].name for each in found)
        problem = f"{several} could both be its original" if found else f"it has no original in {original}"
        yield Pair.named(copy.name, None, copy.path, problem)
    for path, source in known.items():
        if path not in used:
            yield Pair.named(source.name, source.path, None, f"it has no copy in {compressed}")


def _below(source: Source, folder: Path) -> str:
    """The path below a folder, with slashes."""
    return PurePosixPath(Path(source.path).relative_to(folder)).as_posix()
