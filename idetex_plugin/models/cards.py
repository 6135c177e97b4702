"""A card says what a checkpoint is and what it speaks. Data only; a dialect does the speaking."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from idetex_plugin.assessment import Record

TaskName = Literal["grounding", "perception", "description"]
TASKS: tuple[TaskName, ...] = ("grounding", "perception", "description")


class Card(Record):
    """What a checkpoint speaks.

    checkpoint: a folder, a hub id, or "embedded".
    boxes: "thousand" (0-1000 of the image), "resized" (pixels of the image as the processor resized it) or
        "bins" (location tokens 0..`bins`).
    views: "whole" (the photo as it is, at most `max_pixels`) or "global_detail" (see `models.views`).
    template: the prompt around a request, with {images}, {system}, {prompt} and {prefix}; None means the
        checkpoint's own chat template.
    """

    name: str
    title: str
    checkpoint: str
    dialect: Literal["nano", "vida", "json", "internvl"] | str
    boxes: Literal["thousand", "resized", "bins"] = "thousand"
    bins: int | None = None
    views: Literal["whole", "global_detail"] = "whole"
    view_size: int | None = None
    min_pixels: int = 28 * 28 * 4
    max_pixels: int = 1280 * 28 * 28
    pixel_multiple: int = 1
    template: str | None = None
    image_token: str | None = None
    stop: tuple[str, ...] = ()
    keep_special_tokens: bool = True
    tasks: tuple[TaskName, ...] = TASKS
    max_model_len: int = 8192
    licence: str = "see the checkpoint's own page"
    notes: str = ""
    minimum_confidence: float = Field(default=0.0, ge=0, le=1)

    @property
    def embedded(self) -> bool:
        """Whether the checkpoint is the one inside this package."""
        return self.checkpoint == "embedded"


EMBEDDED_FOLDER = Path(__file__).parent / "nano" / "checkpoint"
