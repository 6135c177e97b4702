"""What a reader of one file format hands on: stored pixels, and what the file says of how to show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image

from idetex_plugin.words.failure import Reason

ORIENTATION_TAG = 0x0112
CheckSize = Callable[[tuple[int, int]], None]
"""Given the header's width and height; raises a Refusal before pixels are decoded."""


class Refusal(Exception):
    """Why these pixels cannot be judged; the text continues a sentence that begins with the photo's name."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason


def unsupported(what: str) -> Refusal:
    """The refusal of a valid file of a kind that is not read."""
    return Refusal(Reason.UNSUPPORTED_FORMAT, f"is {what}, which cannot be judged")


@dataclass(slots=True)
class Frame:
    """One decoded picture as it is stored.

    image: 8 bits a channel, or the modes I;16, I and F of one channel, not yet turned, not yet in sRGB.
    orientation: the EXIF number 1-8 that says how to turn it; anything else counts as 1.
    profile: the ICC profile that says which colours its numbers mean, embedded or made from the file's own tags;
    `profile_from` names the tags ("" for an embedded profile). None: sRGB.
    transparent: a value of a one-channel 16-bit image that stands for "nothing here".
    """

    image: Image.Image
    format: str
    orientation: int = 1
    profile: bytes | None = None
    profile_from: str = ""
    transparent: int | None = None
    notes: list[str] = field(default_factory=list)


def exif_orientation(exif: bytes | None, notes: list[str]) -> int:
    """The orientation in a block of EXIF; 1 without one. XMP is not asked: browsers and viewers do not, either."""
    if not exif:
        return 1
    try:
        parsed = Image.Exif()
        parsed.load(exif)
        value = parsed.get(ORIENTATION_TAG, 1)
    except Exception:
        notes.append("EXIF data cannot be read and was ignored")
        return 1
    return value if isinstance(value, int) else 1
