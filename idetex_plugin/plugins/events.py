"""What hooks are told, and what they may answer: frozen objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from idetex_plugin.photo.load import Photo
from idetex_plugin.words.assessment import Assessment, PhotoInfo
from idetex_plugin.words.policy import Policy
from idetex_plugin.words.verdict import Verdict
from idetex_plugin.words.vocabulary import VIDA, Vocabulary


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
class AfterCompression:
    """A pipeline has made a photo and asks whether it may ship.

    original, compressed: paths, encoded bytes, PIL images or numpy arrays; the original may be None.
    codec, settings: what made it, such as "webp" and {"quality": 70}; the settings are read-only.
    pipeline, about: the pipeline's name, and what else it says of itself. policy: the rules it ships by.
    check: gives the verdict of the built-in gate under that policy, worked out once. Raises EngineDeadError.
    """

    original: Any
    compressed: Any
    codec: str
    settings: Mapping[str, Any]
    pipeline: str
    policy: Policy
    check: Callable[[], Verdict]
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judging:
    """An assessment is to be turned into a verdict under a policy.

    original: the assessment of what the photo was made from, where there is one.
    vocabulary: the distortions of this installation, with the groups they belong to.
    """

    assessment: Assessment
    policy: Policy
    original: Assessment | None = None
    vocabulary: Vocabulary = VIDA


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
