"""What hooks are told: one frozen object a call."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from idetex_plugin.assessment import Assessment


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
