"""The four-step description in the ViDA grammar, one step a line or more.

The first line tells the content, the last one the level, the one before it the key distortions; what lies between
speaks of each distortion with its boxes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from idetex_plugin.dialects.frame import CoordinateFrame
from idetex_plugin.dialects.levels import LEVELS
from idetex_plugin.dialects.reading import severity_and_type, unreadable
from idetex_plugin.dialects.refbox import BoxAt, Piece, Ref, Words, pieces, write_box, write_ref
from idetex_plugin.dialects.steps import one_line, verdict_line
from idetex_plugin.words.assessment import Description, Finding, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.vocabulary import Level, Severity, Vocabulary

FEWEST_LINES = 3
VERDICT = re.compile(rf"quality of the image is\W{{0,5}}({'|'.join(LEVELS)})\W{{0,5}}$", re.IGNORECASE)


def read_steps(text: str, frame: CoordinateFrame, vocabulary: Vocabulary) -> Description:
    """The description. A finding's effect is what the line says between its reference and the next one.

    Key distortions are those of the first sentence of their line that has a reference; there may be none. A reply of
    three lines has no line of key distortions. Raises UnreadableError, also for a missing last line.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < FEWEST_LINES:
        raise unreadable(f"a description of {len(lines)} lines", text)
    verdict = VERDICT.search(lines[-1][-200:])
    if verdict is None:
        raise unreadable("no quality level in the last line", lines[-1])
    cut = [list(pieces(line)) for line in lines]
    last = -2 if len(lines) > FEWEST_LINES else -1
    findings = [finding for line in cut[1:last] for finding in _findings(line, frame, vocabulary)]
    keys = _keys(cut[-2], vocabulary) if last == -2 else ()
    for line in (cut[0], cut[-2], cut[-1]):
        _check_boxes(line, frame)
    return Description(
        text=text, content=lines[0].strip(), findings=tuple(dict.fromkeys(findings)), key_distortions=keys,
        verdict=LEVELS[verdict[1].lower()],
    )


def write_steps(
    content: str, regions: Sequence[Region], keys: Sequence[str], level: Level, frame: CoordinateFrame
) -> str:
    """The reply that describes these regions, with the key distortions among them."""
    lines = [one_line(content)]
    lines += [f"{_place(region, frame, _name(region))} {one_line(region.effect)}".rstrip() for region in regions]
    named = [_place(region, frame, _name(region).lower()) for region in regions if region.distortion in keys]
    lines.append(f"The key distortions are {' and '.join(named)}." if named else "No distortion stands out.")
    return "\n".join([*lines, verdict_line(level)])


def _findings(line: Sequence[Piece], frame: CoordinateFrame, vocabulary: Vocabulary) -> list[Finding]:
    findings: list[Finding] = []
    current: tuple[Severity | None, str] | None = None
    boxes: list[Box] = []
    effect: list[str] = []

    def finish() -> None:
        if current is not None:
            findings.append(
                Finding(
                    distortion=current[1], severity=current[0], boxes=tuple(dict.fromkeys(boxes)),
                    effect=one_line(" ".join(effect)).lstrip(",;:. "),
                )
            )
        boxes.clear()
        effect.clear()

    for piece in line:
        if isinstance(piece, Ref):
            finish()
            current = severity_and_type(piece.text, vocabulary)
        elif isinstance(piece, BoxAt):
            if current is None:
                raise unreadable("a box that belongs to no reference", str(piece.corners))
            boxes.append(frame.read(piece.corners))
        else:
            effect.append(piece.text)
    finish()
    return findings


def _keys(line: Sequence[Piece], vocabulary: Vocabulary) -> tuple[str, ...]:
    names: list[str] = []
    for piece in line:
        if isinstance(piece, Ref):
            names.append(severity_and_type(piece.text, vocabulary)[1])
        elif isinstance(piece, Words) and names and _ends_sentence(piece.text):
            break
    return tuple(dict.fromkeys(names))


def _ends_sentence(text: str) -> bool:
    return ". " in text or text.rstrip().endswith(".")


def _check_boxes(line: Sequence[Piece], frame: CoordinateFrame) -> None:
    for piece in line:
        if isinstance(piece, BoxAt):
            frame.read(piece.corners)


def _name(region: Region) -> str:
    return f"{region.severity} {region.distortion.lower()}" if region.severity else region.distortion


def _place(region: Region, frame: CoordinateFrame, name: str) -> str:
    return write_ref(name) + write_box(frame.write(region.box))
