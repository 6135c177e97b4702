"""Which photos a run has to look at: new ones, and those whose file is another than the one it assessed."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from typing import Any

from idetex_fiftyone.fields import Fields
from idetex_plugin.words.failure import Reason

MANGLED = re.compile(r"(?:^|/)(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]+):/+(?P<rest>[^/].*)$")
OF_THE_FILE = frozenset({Reason.NOT_FOUND, Reason.NOT_PERMITTED})
PASSING = frozenset({Reason.ENGINE_ERROR, Reason.TIMEOUT, Reason.INTERNAL})
"""Failures that say nothing about the photo."""


@dataclass(frozen=True)
class Freshness:
    """Ids of samples: `new` were not assessed, `changed` have another file since, `failed` failed for want of a file
    that is there, or for a fault of the engine."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        """All of them."""
        return [*self.new, *self.changed, *self.failed]

    def __str__(self) -> str:
        numbers = (len(self.new), "new"), (len(self.changed), "changed"), (len(self.failed), "failed")
        return ", ".join(f"{number:,} {word}" for number, word in numbers if number) or "nothing new"


def look(samples: Any, run: str = "idetex") -> Freshness:
    """Look at the files of a dataset or view. A file is read only if its size or time is another than noted."""
    status = Fields(run).status
    found = Freshness()
    if not samples.has_sample_field(status):
        return Freshness(new=list(samples.values("id")))
    names = "state", "reason", "sha256", "size", "mtime"
    known = [name for name in names if samples.has_sample_field(f"{status}.{name}")]
    columns = samples.values(["id", "filepath", *(f"{status}.{name}" for name in known)])
    for sample, path, *values in zip(*columns, strict=True):
        was = dict(zip(known, values, strict=True))
        if was.get("state") is None:
            found.new.append(sample)
        elif was["state"] == "failed" and was.get("reason") in OF_THE_FILE | PASSING:
            if os.access(path, os.R_OK) and os.path.isfile(path):
                found.failed.append(sample)
        elif _changed(path, was):
            found.changed.append(sample)
    return found


def stamp_of(path: str) -> tuple[int, float] | None:
    """Size in bytes and time of the last change, or None where there is no such file."""
    try:
        state = os.stat(path)
    except (OSError, ValueError):
        return None
    return state.st_size, state.st_mtime


def address(path: str) -> str:
    """The path, or the remote address that FiftyOne has made a path of, such as /here/https:/example.com/a.jpg."""
    mangled = None if os.path.exists(path) else MANGLED.search(path)
    return path if mangled is None else f"{mangled['scheme']}://{mangled['rest']}"


def _changed(path: str, was: dict[str, Any]) -> bool:
    stamp = stamp_of(path)
    if stamp is None or stamp == (was.get("size"), was.get("mtime")):
        return False
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() != was.get("sha256")
    except OSError:
        return False
