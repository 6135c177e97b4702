"""The one box of the program: relative, x1 y1 x2 y2, of the photo after EXIF orientation."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

COLUMNS = ("left", "", "right")
ROWS = ("top", "", "bottom")
WHOLE_IMAGE_AREA = 0.7


class Box(BaseModel):
    """A rectangle in relative coordinates, 0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1, origin top left."""

    model_config = ConfigDict(frozen=True)

    x1: float = Field(ge=0, le=1, allow_inf_nan=False)
    y1: float = Field(ge=0, le=1, allow_inf_nan=False)
    x2: float = Field(ge=0, le=1, allow_inf_nan=False)
    y2: float = Field(ge=0, le=1, allow_inf_nan=False)

    @model_validator(mode="after")
    def _has_area(self) -> Self:
        if self.x1 >= self.x2 or self.y1 >= self.y2:
            raise ValueError(f"box has no area: {self.x1}, {self.y1}, {self.x2}, {self.y2}")
        return self

    @classmethod
    def from_scaled(cls, coordinates: tuple[float, float, float, float], width: float, height: float) -> Self:
        """From x1 y1 x2 y2 in units of a frame of this width and height (pixels, or 1000 x 1000).

        Raises ValueError when a coordinate is outside the frame, not finite, or the box has no area.
        """
        x1, y1, x2, y2 = coordinates
        return cls(x1=x1 / width, y1=y1 / height, x2=x2 / width, y2=y2 / height)

    def to_scaled(self, width: int, height: int) -> tuple[int, int, int, int]:
        """x1 y1 x2 y2 rounded to integers of a frame of this width and height."""
        return round(self.x1 * width), round(self.y1 * height), round(self.x2 * width), round(self.y2 * height)

    @classmethod
    def from_thousand(cls, coordinates: tuple[float, float, float, float]) -> Self:
        """From the 0-1000 convention of ViDA-UGC and the Qwen-VL and InternVL families."""
        return cls.from_scaled(coordinates, 1000, 1000)

    def to_thousand(self) -> tuple[int, int, int, int]:
        """To the 0-1000 convention."""
        return self.to_scaled(1000, 1000)

    def to_xywh(self) -> tuple[float, float, float, float]:
        """To FiftyOne's relative [x, y, width, height]."""
        return self.x1, self.y1, self.x2 - self.x1, self.y2 - self.y1

    @classmethod
    def from_xywh(cls, box: tuple[float, float, float, float]) -> Self:
        """From FiftyOne's relative [x, y, width, height]; rounding past the border by 1e-6 is forgiven."""
        x, y, width, height = box
        x2, y2 = x + width, y + height
        return cls(x1=x, y1=y, x2=min(x2, 1.0) if x2 < 1 + 1e-6 else x2, y2=min(y2, 1.0) if y2 < 1 + 1e-6 else y2)

    @property
    def area(self) -> float:
        """Share of the photo, 0..1."""
        return (self.x2 - self.x1) * (self.y2 - self.y1)

    def intersection(self, other: Box) -> float:
        """Shared area, 0..1."""
        width = min(self.x2, other.x2) - max(self.x1, other.x1)
        height = min(self.y2, other.y2) - max(self.y1, other.y1)
        return max(width, 0.0) * max(height, 0.0)

    def clip(self, other: Box) -> Box | None:
        """The shared part, or None."""
        if self.intersection(other) <= 0:
            return None
        return Box(
            x1=max(self.x1, other.x1), y1=max(self.y1, other.y1), x2=min(self.x2, other.x2), y2=min(self.y2, other.y2)
        )

    def iou(self, other: Box) -> float:
        """Intersection over union, 0..1."""
        shared = self.intersection(other)
        return shared / (self.area + other.area - shared)

    @property
    def position(self) -> str:
        """The box's place in words: "whole image", "centre", "top left" and so on."""
        if self.area >= WHOLE_IMAGE_AREA:
            return "whole image"
        column = COLUMNS[min(int((self.x1 + self.x2) / 2 * 3), 2)]
        row = ROWS[min(int((self.y1 + self.y2) / 2 * 3), 2)]
        return f"{row} {column}".strip() or "centre"


WHOLE = Box(x1=0, y1=0, x2=1, y2=1)
POSITIONS = (
    "top left", "top", "top right", "left", "centre", "right", "bottom left", "bottom", "bottom right", "whole image",
)
