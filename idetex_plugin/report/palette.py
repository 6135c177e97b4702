"""How the page marks a distortion: a colour, text readable on it, and a short code for who sees no colour."""

from __future__ import annotations

import re
from collections.abc import Iterable

from idetex_plugin.words.vocabulary import DistortionType, Vocabulary

UNKNOWN = "#888888"
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


class Palette:
    """Marks for every distortion of a vocabulary, and for others as they turn up; order is that of arrival."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._marks: dict[str, dict[str, str]] = {}
        self._numbers: dict[str, int] = {}
        for kind in vocabulary:
            self._add(kind)

    def number(self, name: str) -> int:
        """The place of this distortion among `marks`; an unknown one is added in grey."""
        if name not in self._marks:
            self._add(DistortionType.model_construct(name=name, group="Other", colour=UNKNOWN))
        return self._numbers[name]

    @property
    def marks(self) -> list[dict[str, str]]:
        """For each distortion: name, code, group, colour (#rrggbb), ink (readable on the colour), meaning."""
        return list(self._marks.values())

    def _add(self, kind: DistortionType) -> None:
        colour = kind.colour if _HEX.fullmatch(kind.colour) else UNKNOWN
        taken = {mark["code"] for mark in self._marks.values()}
        self._numbers[kind.name] = len(self._numbers)
        self._marks[kind.name] = {
            "name": kind.name, "code": _code(kind.name, taken), "group": kind.group,
            "colour": colour, "ink": ink(colour), "meaning": kind.meaning,
        }


def ink(colour: str) -> str:
    """Black or white, whichever contrasts more with #rrggbb (WCAG 2 relative luminance)."""
    linear = [_linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "#ffffff"


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _code(name: str, taken: Iterable[str]) -> str:
    words = [word for word in re.findall(r"[^\W_]+", name) if word.lower() not in {"of", "the", "and"}]
    code = "".join(word[0].upper() for word in words[:3]) if len(words) > 1 else "".join(words)[:3].title()
    code, number = code or "?", 1
    unique = code
    while unique in taken:
        number += 1
        unique = f"{code}{number}"
    return unique
