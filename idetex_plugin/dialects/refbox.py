"""The reference/box grammar of Qwen-VL: <|object_ref_start|>NAME<|object_ref_end|><|box_start|>(x,y),(x,y)<|box_end|>.

Reading takes time linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from idetex_plugin.dialects.frame import Corners
from idetex_plugin.dialects.reading import unreadable

REF_START, REF_END = "<|object_ref_start|>", "<|object_ref_end|>"
BOX_START, BOX_END = "<|box_start|>", "<|box_end|>"
MARKS = re.compile(r"(<\|(?:object_ref|box)_(?:start|end)\|>)")
CLOSING = {REF_START: REF_END, BOX_START: BOX_END}
POINT = r"\(\s*([0-9]{1,6})\s*,\s*([0-9]{1,6})\s*\)"
PAIR = rf"{POINT}\s*(?:,\s*)?{POINT}"
BOX = re.compile(rf"\s*{PAIR}\s*")
BARE = re.compile(PAIR)
STRAY = re.compile(r"<\|[a-z_]{1,40}\|>|\(\s*-?[0-9.]+\s*,\s*-?[0-9.]+\s*\)")
SEPARATORS = str.maketrans(",;.", "   ")


@dataclass(frozen=True, slots=True)
class Words:
    """Text outside references and boxes; `start` is its place in the reply."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Ref:
    """The name inside a reference."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class BoxAt:
    """The corners of a box."""

    corners: Corners


Piece = Words | Ref | BoxAt


def pieces(text: str, start: int = 0) -> Iterator[Piece]:
    """The text cut into words, references and boxes; `start` is where the text begins in the reply.

    Raises UnreadableError for a half-written or nested reference or box, coordinates outside of a box, and other
    special tokens.
    """
    open_mark = ""
    at = start
    content: str | None = None
    for part in MARKS.split(text):
        if part in CLOSING and not open_mark:
            open_mark, content = part, None
        elif open_mark and part == CLOSING[open_mark]:
            yield _closed(open_mark, content or "", at)
            open_mark = ""
        elif MARKS.fullmatch(part):
            raise unreadable("a half-written reference or box", text[max(at - start - 20, 0) :])
        elif open_mark:
            content = part
        elif part:
            if stray := STRAY.search(part):
                raise unreadable("a box or a special token out of place", part[stray.start() :])
            yield Words(part, at)
        at += len(part)
    if open_mark:
        raise unreadable("a half-written reference or box", open_mark + (content or ""))


def bare_boxes(text: str) -> tuple[Corners, ...] | None:
    """The corners in a text of nothing but boxes, with or without their marks; None for any other text."""
    if BOX_START in text or BOX_END in text:
        found = list(pieces(text))
        rest = " ".join(piece.text for piece in found if isinstance(piece, Words))
        corners = tuple(piece.corners for piece in found if isinstance(piece, BoxAt))
    else:
        rest = BARE.sub(" ", text)
        corners = tuple(_corners(match) for match in BARE.finditer(text))
    only_boxes = set(rest.translate(SEPARATORS).split()) <= {"and"}
    return corners if corners and only_boxes else None


def write_ref(name: str) -> str:
    """A reference."""
    return f"{REF_START}{name}{REF_END}"


def write_box(corners: Corners) -> str:
    """A box."""
    x1, y1, x2, y2 = corners
    return f"{BOX_START}({x1},{y1}),({x2},{y2}){BOX_END}"


def _closed(mark: str, content: str, end: int) -> Ref | BoxAt:
    if mark == REF_START:
        return Ref(content, end - len(content))
    match = BOX.fullmatch(content)
    if match is None:
        raise unreadable("a box without four whole coordinates", content)
    return BoxAt(_corners(match))


def _corners(match: re.Match[str]) -> Corners:
    x1, y1, x2, y2 = match.groups()
    return int(x1), int(y1), int(x2), int(y2)
