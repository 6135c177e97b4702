"""One photo's row in a run, and what is needed to write and find it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError

from idetex_plugin.photo.sources import display_name
from idetex_plugin.words.assessment import Assessment, PhotoInfo
from idetex_plugin.words.card import TASKS
from idetex_plugin.words.failure import Failure, Reason, State, TaskStatus
from idetex_plugin.words.record import faults

COLUMNS = "number, path, size, mtime_ns, sha256, state, copied_from, assessed_at, assessment"
COPIED = "result copied from "


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a file was when it was judged, to tell cheaply that it has not changed: bytes and nanoseconds."""

    size: int | None
    mtime_ns: int | None

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> Self:
        """The stamp of a file as it is now; an empty one if it cannot be told."""
        try:
            state = os.stat(path)
        except (OSError, ValueError):
            return cls(None, None)
        return cls(state.st_size, state.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Row:
    """One photo of a run. `copied_from` names the photo with the same content that was assessed in its place.

    unreadable: why the stored assessment cannot be read, else empty; then `assessment` is a failed one that says so.
    """

    number: int
    path: Path
    stamp: Stamp
    sha256: str | None
    state: State
    copied_from: str | None
    assessed_at: str
    assessment: Assessment
    unreadable: str = ""

    @classmethod
    def of(cls, values: tuple[Any, ...], root: bytes | None = None) -> Self:
        """From the values of `COLUMNS`; `root` is the folder of relative paths. Never raises for what is stored."""
        number, path, size, mtime_ns, sha256, state, copied_from, assessed_at, assessment = values
        whole = Path(os.fsdecode(absolute(path, root)))
        try:
            said, why = Assessment.model_validate_json(assessment), ""
        except ValueError as error:
            said, why = _unreadable(number, whole, error)
        return cls(
            number=number,
            path=whole,
            stamp=Stamp(size, mtime_ns),
            sha256=sha256,
            state=State.FAILED if why else State(state),
            copied_from=copied_from,
            assessed_at=assessed_at,
            assessment=said,
            unreadable=why,
        )

    @property
    def passing(self) -> bool:
        """Whether the row is none to rely on: it is unreadable, or a failure whose reason may pass."""
        return bool(self.unreadable) or (self.state is State.FAILED and self.assessment.transient)


def path_key(path: str | os.PathLike[str], root: bytes | None = None) -> bytes:
    """A path as it is stored: relative to the root when it is below it, else absolute. File names need not be text."""
    whole = os.fsencode(os.path.abspath(path))
    above = below(root) if root is not None else None
    return whole[len(above) :] if above is not None and whole.startswith(above) else whole


def absolute(stored: bytes, root: bytes | None) -> bytes:
    """The whole of a stored path."""
    return stored if root is None or os.path.isabs(stored) else os.path.join(root, stored)


def below(root: bytes) -> bytes:
    """What the absolute paths below a folder begin with."""
    return root.rstrip(os.sep.encode()) + os.sep.encode()


def _unreadable(number: int, path: Path, error: ValueError) -> tuple[Assessment, str]:
    lines = faults(error) if isinstance(error, ValidationError) else [str(error)]
    name = display_name(str(path))
    why = f"row {number} ({name}) cannot be read: {'; '.join(lines[:3])}"
    failure = Failure(reason=Reason.INTERNAL, message=why)
    tasks: dict[str, TaskStatus] = dict.fromkeys(TASKS, TaskStatus.of(failure))
    return Assessment(
        photo=PhotoInfo(name=name), model="", fingerprint="", engine="", tasks=tasks, failure=failure
    ), why


def first_failure(assessment: Assessment) -> str | None:
    """The reason of the photo's failure, or of the first failed task, or None."""
    if assessment.failure is not None:
        return assessment.failure.reason
    return next((status.reason for status in assessment.tasks.values() if status.fell_short), None)


def copy_for(name: str, assessment: Assessment, original: str) -> Assessment:
    """The assessment of `original` as that of another photo with the same content; a note says so."""
    notes = [note for note in assessment.photo.notes if not note.startswith(COPIED)]
    note = f"{COPIED}{original} (same content)"
    photo = assessment.photo.model_copy(update={"name": name, "notes": (*notes, note)})
    return assessment.model_copy(update={"photo": photo})
