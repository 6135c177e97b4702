"""The photos of a run as candidates, best first, without their assessments in memory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from idetex_plugin.runs.rows import Stamp, absolute
from idetex_plugin.runs.store import Run

SAID = "iif(json_valid(assessment), assessment, '{}')"
CANDIDATES = f"""
    SELECT path, name, size, mtime_ns, sha256, level, score,
        json_extract({SAID}, '$.photo.width') AS width, json_extract({SAID}, '$.photo.height') AS height,
        json_extract({SAID}, '$.photo.file_bytes') AS file_bytes, json_extract({SAID}, '$.failure.message') AS failure
    FROM photos ORDER BY
"""
ORDERS = {
    "score": "score IS NULL, score DESC, width * height DESC, file_bytes DESC, number",
    "pixels": "width * height DESC, score IS NULL, score DESC, file_bytes DESC, number",
}
"""What is preferred among near duplicates: the best score, or the most pixels."""


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """One photo of a run: its file, and what was said of it. `failure`: why nothing was, else None."""

    path: Path
    name: str
    stamp: Stamp
    sha256: str | None
    level: str | None
    score: float | None
    width: int | None
    height: int | None
    file_bytes: int | None
    failure: str | None


def stored_photos(run: Run, prefer: str = "score") -> list[StoredPhoto]:
    """In one of `ORDERS`, the preferred first; of equal scores the largest, those without a score last."""
    root = None if run.root is None else os.fsencode(run.root)
    return [
        StoredPhoto(Path(os.fsdecode(absolute(path, root))), name, Stamp(size, mtime_ns), *said)
        for path, name, size, mtime_ns, *said in run.query(CANDIDATES + ORDERS[prefer])
    ]
