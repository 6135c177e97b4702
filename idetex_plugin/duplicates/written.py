"""Near duplicates for programs: as JSON, and as CSV with a line a photo."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from idetex_plugin.duplicates.find import NearDuplicates, NearPhoto

COLUMNS = (
    "group", "place", "path", "name", "sha256", "level", "score", "width", "height", "file_bytes", "distance",
)  # fmt: skip


def as_json(found: NearDuplicates) -> str:
    """One object: `distance`, `compared`, `groups` (lists of photos, the best first), `left_out`."""
    said = {
        "distance": found.distance,
        "compared": found.compared,
        "groups": [[photo_line(photo) for photo in group] for group in found.groups],
        "left_out": [{"path": _text(each.path), "name": each.name, "reason": each.reason} for each in found.left_out],
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def as_csv(found: NearDuplicates) -> str:
    """A line a photo of a group. group: 1, 2, ...; place: 1 is the photo to keep."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for number, group in enumerate(found.groups, 1):
        for place, photo in enumerate(group, 1):
            writer.writerow({"group": number, "place": place, **photo_line(photo)})
    return text.getvalue()


def photo_line(photo: NearPhoto) -> dict[str, Any]:
    """The values of one photo as plain data."""
    return {
        "path": _text(photo.path), "name": photo.name, "sha256": photo.sha256, "level": photo.level,
        "score": photo.score, "width": photo.width, "height": photo.height, "file_bytes": photo.file_bytes,
        "distance": photo.distance,
    }  # fmt: skip


def _text(path: Path) -> str:
    """A path as text, with what is no text in it as escapes, like those of an export."""
    return str(path).encode(errors="backslashreplace").decode()
