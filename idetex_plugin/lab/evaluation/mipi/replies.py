"""What a published reply says, in the names it uses itself: an alias stays an alias, as the challenge scores it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from string import ascii_uppercase

from idetex_plugin.dialects.reading import SEVERITIES, denies, spoken, unreadable
from idetex_plugin.dialects.refbox import BoxAt, Ref, Words, pieces
from idetex_plugin.dialects.vida_steps import FEWEST_LINES, VERDICT

SENTENCE_END = re.compile(r"\.(?:\s|$)")
Corners = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """A named box, x1 y1 x2 y2 of 0-1000. score: its confidence, 1 where none is given."""

    name: str
    box: Corners
    score: float = 1.0

    @property
    def fault(self) -> str:
        """Why this can be no box, or ""."""
        if not all(map(math.isfinite, self.box)):
            return f"coordinates {list(self.box)} are not finite"
        if self.box[0] >= self.box[2] or self.box[1] >= self.box[3]:
            return f"coordinates {list(self.box)} enclose nothing or have swapped corners"
        return ""


def regions_said(reply: str) -> tuple[Place, ...]:
    """The boxes of a detection or region reply; none only if it denies any distortion.

    A name is that of the line above ("Low clarity:"), or else that of the reference without its severity. Raises
    UnreadableError.
    """
    text = spoken(reply)
    if denies(text):
        return ()
    header = name = ""
    found: list[Place] = []
    for piece in pieces(text):
        if isinstance(piece, Words):
            lines = [line.strip() for line in piece.text.splitlines() if line.strip().endswith(":")]
            header = lines[-1][:-1].strip() if lines else header
        elif isinstance(piece, Ref):
            name = header or without_severity(piece.text)
        elif not name:
            raise unreadable("a box that belongs to no reference", str(piece.corners))
        else:
            found.append(Place(name, piece.corners))
    if not found:
        raise unreadable("neither boxes nor a word that there is no distortion", text)
    return tuple(found)


def description_said(reply: str) -> tuple[tuple[Place, ...], tuple[Place, ...], str]:
    """All boxes of a four-step description, those of its key distortions, and the level word of its last line.

    Key boxes stand in the first sentence of the second-last line. Raises UnreadableError, also for a missing last line.
    """
    lines = [line for line in spoken(reply).splitlines() if line.strip()]
    if len(lines) < FEWEST_LINES:
        raise unreadable(f"a description of {len(lines)} lines", reply)
    verdict = VERDICT.search(lines[-1][-200:])
    if verdict is None:
        raise unreadable("no quality level in the last line", lines[-1])
    places = tuple(place for line in lines[1:-2] for place in _named_boxes(line))
    return places, tuple(_named_boxes(lines[-2], first_sentence=True)), verdict[1].lower()


def option_said(reply: str, options: list[str]) -> str | None:
    """The text of the option whose letter the reply begins with, or None."""
    letter = spoken(reply)[:1].upper()
    place = ascii_uppercase.find(letter) if letter else -1
    return options[place] if 0 <= place < len(options) else None


def without_severity(name: str) -> str:
    """The name without a leading "Minor", "Moderate" or "Severe"."""
    first, _, rest = name.strip().partition(" ")
    return rest.strip() if first.casefold() in SEVERITIES and rest else name.strip()


def _named_boxes(line: str, *, first_sentence: bool = False) -> list[Place]:
    name, found = "", []
    for piece in pieces(line):
        if isinstance(piece, Ref):
            name = without_severity(piece.text)
        elif isinstance(piece, BoxAt):
            if not name:
                raise unreadable("a box that belongs to no reference", str(piece.corners))
            found.append(Place(name, piece.corners))
        elif first_sentence and found and SENTENCE_END.search(piece.text):
            break
    return found
