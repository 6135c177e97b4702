"""What the header of a JPEG XL file says before anything is decoded: its size, and whether it is an animation.

Source: ISO/IEC 18181-1 (SizeHeader, ImageMetadata, PreviewHeader) and 18181-2 (boxes).
"""

from __future__ import annotations

from idetex_plugin.photo.boxes import boxes

STREAM, LEAST_BYTES, HEADER_BYTES = b"\xff\x0a", 14, 48
RATIOS = ((0, 1), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


def jxl_size(data: bytes) -> tuple[int, int] | None:
    """Width and height by the header of the code stream, before turning; None where it cannot be read."""
    header = _Header.of(data)
    return None if header is None else header.size


def jxl_moves(data: bytes) -> bool:
    """Whether the header of a JPEG XL file says that it is an animation."""
    header = _Header.of(data)
    return header is not None and header.moves


class _Header:
    """The begin of a code stream, bit by bit."""

    def __init__(self, stream: bytes) -> None:
        self._bits = int.from_bytes(stream[2:HEADER_BYTES], "little")
        self.size = self._sides()
        self.moves = self._moves()

    @classmethod
    def of(cls, data: bytes) -> _Header | None:
        """The header of a bare code stream, or of one in boxes."""
        if data[:2] != STREAM:
            parts = (body[4 * (kind == b"jxlp") :] for kind, body in boxes(data) if kind in {b"jxlc", b"jxlp"})
            data = next(parts, b"")
        return cls(data) if data[:2] == STREAM and len(data) >= LEAST_BYTES else None

    def _take(self, count: int) -> int:
        value = self._bits & ((1 << count) - 1)
        self._bits >>= count
        return value

    def _sides(self) -> tuple[int, int]:
        small = bool(self._take(1))

        def side() -> int:
            return 8 * (self._take(5) + 1) if small else self._take((9, 13, 18, 30)[self._take(2)]) + 1

        height = side()
        ratio = self._take(3)
        return (side() if ratio == 0 else height * RATIOS[ratio][0] // RATIOS[ratio][1]), height

    def _moves(self) -> bool:
        """What is said of an animation, behind the orientation, the size to show and the size of a preview."""
        if self._take(1) or not self._take(1):  # all is as by default; nothing of the kind is said
            return False
        self._take(3)
        if self._take(1):
            self._sides()
        if self._take(1):
            self._preview()
        return bool(self._take(1))

    def _preview(self) -> None:
        eighths = bool(self._take(1))

        def side() -> None:
            choice = self._take(2)
            if eighths:
                self._take((0, 0, 5, 9)[choice])
            else:
                self._take((6, 8, 10, 12)[choice])

        side()
        if self._take(3) == 0:
            side()
