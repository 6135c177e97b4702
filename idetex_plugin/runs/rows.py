"""One photo's row in a run, and what is needed to write and find it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.failure import State

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
    """One photo of a run. `copied_from` names the photo with the same content that was assessed in its place."""

    number: int
    path: Path
    stamp: Stamp
    sha256: str | None
    state: State
    copied_from: str | None
    assessed_at: str
    assessment: Assessment

    @classmethod
    def of(cls, values: tuple[Any, ...]) -> Self:
        """From the values of `COLUMNS`."""
        number, path, size, mtime_ns, sha256, state, copied_from, assessed_at, assessment = values
        return cls(
            number=number,
            path=Path(os.fsdecode(path)),
            stamp=Stamp(size, mtime_ns),
            sha256=sha256,
            state=State(state),
            copied_from=copied_from,
            assessed_at=assessed_at,
            assessment=Assessment.model_validate_json(assessment),
        )


def path_key(path: str | os.PathLike[str]) -> bytes:
    """The bytes of the absolute path: file names need not be text."""
    return os.fsencode(os.path.abspath(path))


def first_failure(assessment: Assessment) -> str | None:
    """The reason of the photo's failure, or of the first failed task, or None."""
    if assessment.failure is not None:
        return assessment.failure.reason
    return next((status.reason for status in assessment.tasks.values() if status.state is State.FAILED), None)


def copy_for(name: str, assessment: Assessment, original: str) -> Assessment:
    """The assessment of `original` as that of another photo with the same content; a note says so."""
    notes = [note for note in assessment.photo.notes if not note.startswith(COPIED)]
    note = f"{COPIED}{original} (same content)"
    photo = assessment.photo.model_copy(update={"name": name, "notes": (*notes, note)})
    return assessment.model_copy(update={"photo": photo})
