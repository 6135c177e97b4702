"""What hooks are told, and what they may answer: frozen objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from idetex_plugin.photo.load import Photo
from idetex_plugin.words.assessment import Assessment, PhotoInfo

if TYPE_CHECKING:
    from idetex_plugin.gate import Gate


@dataclass(frozen=True, slots=True)
class BeforeAssess:
    """A photo that could be read and is about to be assessed."""

    _photo: Photo

    @property
    def info(self) -> PhotoInfo:
        """Name, hash and format, width and height."""
        return self._photo.info

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels after EXIF orientation."""
        return self._photo.image.size

    def image(self) -> Image.Image:
        """A copy of the pixels, RGB."""
        return self._photo.image.copy()


@dataclass(frozen=True, slots=True)
class Veto:
    """Do not assess the photo: its row fails with the reason "vetoed" and these words."""

    why: str


@dataclass(frozen=True, slots=True)
class Replacement:
    """Assess this in place of the photo. The row says so, with the note.

    source: a path, encoded bytes, a PIL image or a numpy array. Boxes are relative to it, so it should show the same
    frame as the photo; what cannot be judged fails the photo.
    """

    source: Any
    note: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What a pipeline says of itself: its name, its gate (with `policy` and `assessor`), and anything else."""

    pipeline: str
    gate: Gate
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assessed:
    """A photo has been assessed and no task of it failed."""

    assessment: Assessment


@dataclass(frozen=True, slots=True)
class AssessFailed:
    """A photo could not be read, or at least one of its tasks failed; the assessment says which and why."""

    assessment: Assessment


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A command begins to write a run folder."""

    folder: Path
    model: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The command has ended, also when it was stopped or its engine died. Counts are of photos in this command."""

    folder: Path
    model: str
    fingerprint: str
    kept: int
    copied: int
    assessed: int
    failed: int


Event = Assessed | AssessFailed | RunStarted | RunFinished
