"""Regions in the ViDA grammar: a line with the type, then a reference of severity and type with its boxes.

    Low clarity:
    <|object_ref_start|>Moderate low clarity<|object_ref_end|><|box_start|>(185,2),(924,334)<|box_end|>
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from idetex_plugin.dialects.confidence import Spelling
from idetex_plugin.dialects.frame import CoordinateFrame
from idetex_plugin.dialects.reading import denies, severity_and_type, spoken, unreadable
from idetex_plugin.dialects.refbox import BoxAt, Ref, Words, pieces, write_box, write_ref
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.request import Reply
from idetex_plugin.words.vocabulary import Severity, Vocabulary

Span = tuple[int, int]


def read_regions(reply: Reply, frame: CoordinateFrame, vocabulary: Vocabulary) -> tuple[Region, ...]:
    """The regions in the order of the reply, exact repetitions once; none only if the reply denies any distortion.

    A region's confidence is the probability of the tokens that name its type where the reply first does so: in the
    line above, or else in the reference. Raises UnreadableError.
    """
    text = spoken(reply.text)
    if denies(text):
        return ()
    reader = _RegionReader(reply, frame, vocabulary)
    for piece in pieces(text, reply.text.find(text)):
        if isinstance(piece, Words):
            reader.words(piece)
        elif isinstance(piece, Ref):
            reader.ref(piece)
        else:
            reader.box(piece)
    return reader.end(text)


def write_regions(regions: Iterable[Region], frame: CoordinateFrame) -> str:
    """The regions by type; empty for none."""
    groups: dict[str, list[str]] = {}
    for region in regions:
        name = f"{region.severity} {region.distortion.lower()}" if region.severity else region.distortion
        groups.setdefault(region.distortion, []).append(write_ref(name) + write_box(frame.write(region.box)))
    return "\n".join(f"{name}:\n" + "\n".join(lines) for name, lines in groups.items())


class _RegionReader:
    def __init__(self, reply: Reply, frame: CoordinateFrame, vocabulary: Vocabulary) -> None:
        self._spelling, self._frame, self._vocabulary = Spelling(reply), frame, vocabulary
        self._header: tuple[str, Span] | None = None
        self._header_boxes = self._ref_boxes = 1
        self._severity: Severity | None = None
        self._type: str | None = None
        self._named: Span = (0, 0)
        self._regions: dict[tuple[str, Severity | None, object], Region] = {}

    def words(self, piece: Words) -> None:
        for line, start in _lines(piece):
            kind = self._vocabulary.find(line[:-1]) if line.endswith(":") else None
            if kind is not None:
                self._finish_header()
                self._header = kind.name, (start, start + len(line) - 1)
                self._header_boxes, self._type = 0, None

    def ref(self, piece: Ref) -> None:
        self._finish_ref()
        self._severity, self._type = severity_and_type(piece.text, self._vocabulary)
        self._ref_boxes = 0
        skipped = len(self._severity) if self._severity else 0
        start = piece.start + len(piece.text) - len(piece.text.lstrip()) + skipped
        self._named = start, piece.start + len(piece.text.rstrip())
        if self._header is not None:
            if self._header[0] != self._type:
                raise unreadable(f"a reference below {self._header[0]!r} that names another type", piece.text)
            self._named = self._header[1]

    def box(self, piece: BoxAt) -> None:
        if self._type is None:
            raise unreadable("a box that belongs to no reference", str(piece.corners))
        box = self._frame.read(piece.corners)
        self._header_boxes = self._ref_boxes = 1
        confidence = self._spelling.probability(*self._named)
        region = Region(distortion=self._type, severity=self._severity, box=box, confidence=confidence)
        self._regions.setdefault((self._type, self._severity, box), region)

    def end(self, text: str) -> tuple[Region, ...]:
        self._finish_header()
        if not self._regions:
            raise unreadable("neither regions nor a word that there are none", text)
        return tuple(self._regions.values())

    def _finish_header(self) -> None:
        self._finish_ref()
        if not self._header_boxes:
            raise unreadable("a distortion without a box", self._header[0] if self._header else "")

    def _finish_ref(self) -> None:
        if not self._ref_boxes:
            raise unreadable("a distortion without a box", self._type or "")


def _lines(piece: Words) -> Iterator[tuple[str, int]]:
    at = piece.start
    for line in piece.text.splitlines(keepends=True):
        yield line.strip(), at + len(line) - len(line.lstrip())
        at += len(line)
