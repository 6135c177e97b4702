"""Which original a copy was made from, by its name: `hero.webp`, `hero-320w.webp`, `hero@2x.png`, `hero.jpg.webp`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from idetex_plugin.photo.sources import SUFFIXES

VARIANT = re.compile(
    r"""(?: [-_.]\d+w | [-_@]\d+(?:[.]\d+)?x | [-_.]\d+x\d+ | [-_.][0-9a-f]{6,64}
      | [-_.](?:thumb|thumbnail|small|medium|large|min|optimi[sz]ed|compressed|preview) )$""",
    re.VERBOSE | re.IGNORECASE,
)
"""What is added to the name of a copy: a width, a density, a size, a hash, a word."""


class Originals:
    """Originals by their paths, with slashes, below one folder."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths: set[str] = set()
        self._by_stem: dict[str, list[str]] = {}
        for path in paths:
            self._paths.add(path)
            self._by_stem.setdefault(_stem(path).casefold(), []).append(path)

    def of(self, copy: str) -> list[str]:
        """The originals that a copy of this path can have: one, none, or several that are equally likely.

        The same path is the surest; then the same name with another suffix; then the name without what a copy adds.
        """
        if copy in self._paths:
            return [copy]
        for name in _names(copy):
            if name in self._paths:
                return [name]
            found = self._by_stem.get(name.casefold(), [])
            exact = [path for path in found if _stem(path) == name] or found
            if exact:
                alike = [path for path in exact if PurePosixPath(path).suffix == PurePosixPath(copy).suffix]
                return alike or exact
        return []


def _names(copy: str) -> Iterator[str]:
    """The copy's path without its suffix, then without each thing that is added to names."""
    name = _stem(copy)
    yield name
    while True:
        shorter = VARIANT.sub("", name)
        if shorter == name and PurePosixPath(name).suffix.lower() in SUFFIXES:
            shorter = _stem(name)
        if shorter == name or not PurePosixPath(shorter).name or shorter.endswith("/"):
            return
        name = shorter
        yield name


def _stem(path: str) -> str:
    """The path without its last suffix."""
    return str(PurePosixPath(path).with_suffix("")) if PurePosixPath(path).name else path
