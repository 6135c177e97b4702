"""Dividing photos among machines by nothing but their paths: the same photo is in the same part on all of them."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from idetex_plugin.photo.sources import Source
from idetex_plugin.runs.rows import path_key


@dataclass(frozen=True, slots=True)
class Shard:
    """Part `number` (1 to `count`) of `count` parts."""

    number: int = 1
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Self:
        """From "K/N"; the whole from nothing. Raises ValueError."""
        if not text:
            return cls()
        found = re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", text)
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            raise ValueError(f"shard {text!r} is not K/N with K from 1 to N, such as 3/8")
        return cls(int(found[1]), int(found[2]))

    def of(self, sources: Iterable[Source], root: str | os.PathLike[str]) -> Iterator[Source]:
        """The sources of this part. It depends on their paths below the root, so it is the same wherever that lies."""
        above = os.fsencode(os.path.abspath(root))
        return (source for source in sources if self.has(path_key(source.path, above)))

    def has(self, key: bytes) -> bool:
        """Whether a path, as bytes, is in this part."""
        return int.from_bytes(hashlib.sha256(key).digest()[:8]) % self.count == self.number - 1
