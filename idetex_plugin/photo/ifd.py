"""The directories of a TIFF, classic or big, read without its pixels and without trust in its numbers."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

MOST_PAGES, MOST_TAGS, MOST_VALUES = 256, 4096, 1 << 16
TYPES = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q"}

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
SUBFILE, OLD_SUBFILE, SAMPLES, PLANAR, SAMPLE_FORMAT, MAX_SAMPLE = 254, 255, 277, 284, 339, 281
ORIENTATION, EXTRA_SAMPLES, SUB_IFDS, PROFILE = 274, 338, 330, 34675
NO_DATA, DNG_VERSION, EXIF = 42113, 50706, 34665
REDUCED, MASK = 1, 4


@dataclass(slots=True)
class Page:
    """One directory. `place`: its number in the file's chain, and in that page's list of inner ones, if it is one."""

    place: tuple[int, ...]
    tags: dict[int, tuple[Any, ...] | bytes] = field(default_factory=dict)

    def number(self, tag: int, default: int = 0) -> int:
        """The first value of a tag of integers."""
        values = self.tags.get(tag)
        return int(values[0]) if isinstance(values, tuple) and values and isinstance(values[0], int) else default

    def numbers(self, tag: int) -> tuple[int, ...]:
        """All values of a tag of integers."""
        values = self.tags.get(tag)
        return values if isinstance(values, tuple) else ()

    def text(self, tag: int) -> str:
        """A tag of bytes or text."""
        values = self.tags.get(tag)
        return values.split(b"\0")[0].decode("latin-1").strip() if isinstance(values, bytes) else ""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as stored."""
        return self.number(WIDTH), self.number(HEIGHT)

    @property
    def is_reduced(self) -> bool:
        """Whether it says that it is a smaller version of another page."""
        return bool(self.number(SUBFILE) & REDUCED) or self.number(OLD_SUBFILE) == 2

    @property
    def is_mask(self) -> bool:
        """Whether it says that it is another page's mask."""
        return bool(self.number(SUBFILE) & MASK)


class _IfdReader:
    def __init__(self, data: bytes) -> None:
        self.data, self.order = data, "<" if data[:2] == b"II" else ">"
        self.big = self.value("H", 2) == 43

    def value(self, kind: str, at: int) -> int:
        size = struct.calcsize(self.order + kind)
        if at < 0 or at + size > len(self.data):
            raise ValueError("outside the file")
        return int(struct.unpack_from(self.order + kind, self.data, at)[0])

    def page(self, at: int, place: tuple[int, ...]) -> tuple[Page, int]:
        """The directory at a place in the file, and where the next one is."""
        count_kind, word, entry = ("Q", "Q", 20) if self.big else ("H", "I", 12)
        count = self.value(count_kind, at)
        if count > MOST_TAGS:
            raise ValueError("too many tags")
        start = at + struct.calcsize(self.order + count_kind)
        page = Page(place)
        for number in range(count):
            self._tag(page, start + entry * number, word)
        try:
            following = self.value(word, start + entry * count)
        except ValueError:
            following = 0
        return page, following

    def _tag(self, page: Page, at: int, word: str) -> None:
        tag, kind = self.value("H", at), self.value("H", at + 2)
        count, inline = self.value(word, at + 4), at + 4 + struct.calcsize(self.order + word)
        code = "s" if kind in {2, 7} else TYPES.get(kind)
        if code is None or count > (len(self.data) if code == "s" else MOST_VALUES):
            return
        size = count * struct.calcsize(self.order + code)
        where = inline if size <= struct.calcsize(self.order + word) else self.value(word, inline)
        if where + size > len(self.data):
            return
        if code == "s":
            page.tags[tag] = self.data[where : where + min(count, MOST_VALUES)]
        else:
            page.tags[tag] = struct.unpack_from(f"{self.order}{count}{code}", self.data, where)


def read_pages(data: bytes) -> list[Page]:
    """The pages of the chain and, after each, those inside it. What cannot be read is left out; never raises."""
    pages: list[Page] = []
    seen: set[int] = set()
    try:
        reader = _IfdReader(data)
        at = reader.value("Q", 8) if reader.big else reader.value("I", 4)
        number = 0
        while at and at not in seen and len(pages) < MOST_PAGES:
            seen.add(at)
            page, at = reader.page(at, (number,))
            pages.append(page)
            for inner, start in enumerate(page.numbers(SUB_IFDS)[:16]):
                if start not in seen:
                    seen.add(start)
                    try:
                        pages.append(reader.page(start, (number, inner))[0])
                    except (ValueError, struct.error):
                        continue
            number += 1
    except (ValueError, struct.error, OverflowError):
        pass
    return pages
