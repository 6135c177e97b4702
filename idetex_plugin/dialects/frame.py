"""The frame in which a checkpoint counts its boxes: 1000 x 1000, or the pixels of the image as it was resized."""

from __future__ import annotations

from dataclasses import dataclass

from idetex_plugin.dialects.reading import unreadable
from idetex_plugin.words.box import Box
from idetex_plugin.words.card import Card
from idetex_plugin.words.request import Views

Corners = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class CoordinateFrame:
    """Width and height that stand for the whole photo, and how a box is written in them.

    swapped: y1 x1 y2 x2 in place of x1 y1 x2 y2. key: what a box is called in JSON.
    """

    width: int
    height: int
    swapped: bool = False
    key: str = "bbox_2d"

    @classmethod
    def of(cls, card: Card, views: Views) -> CoordinateFrame:
        """The frame of this card's box convention for these views."""
        width, height = views.images[0].size if card.boxes == "resized" else (1000, 1000)
        return cls(width, height, card.corners == "yxyx", card.box_key)

    @property
    def order(self) -> str:
        """The corners by name, in the order in which they are written."""
        return "y1, x1, y2, x2" if self.swapped else "x1, y1, x2, y2"

    @property
    def most(self) -> Corners:
        """The largest value of each corner, in the order in which they are written."""
        return self._ordered((self.width, self.height, self.width, self.height))

    def read(self, corners: Corners) -> Box:
        """The box with these corners.

        Raises UnreadableError when a corner is outside the frame, or the corners are swapped or enclose nothing: such a
        box is not repaired, since any repair is a guess.
        """
        try:
            return Box.from_scaled(self._ordered(corners), self.width, self.height)
        except (ValueError, OverflowError) as error:
            raise unreadable(f"no box in a frame of {self.width} x {self.height}", str(corners)) from error

    def write(self, box: Box) -> Corners:
        """The nearest corners, at least one unit apart."""
        x1, y1, x2, y2 = box.to_scaled(self.width, self.height)
        x1, y1 = min(x1, self.width - 1), min(y1, self.height - 1)
        return self._ordered((x1, y1, max(x2, x1 + 1), max(y2, y1 + 1)))

    def _ordered(self, corners: Corners) -> Corners:
        """From x1 y1 x2 y2 to the order of this frame, and back."""
        first, second, third, fourth = corners
        return (second, first, fourth, third) if self.swapped else corners

