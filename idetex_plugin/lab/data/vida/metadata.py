"""Files of image records: a JSON list, one object an image."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from idetex_plugin.lab.data.vida.records import Labelled
from idetex_plugin.words.record import faults


def read_metadata(path: Path) -> list[Labelled]:
    """The records of a file. Fields that are not known are passed over.

    Raises ValueError naming the file, the image, the field and the fault.
    """
    try:
        items = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise ValueError(f"{path}: not JSON: {fault}") from fault
    if not isinstance(items, list):
        raise ValueError(f"{path}: no list of image records")
    return [_record(path, number, item) for number, item in enumerate(items)]


def write_metadata(path: Path, records: Iterable[Labelled]) -> None:
    """Write records so that `read_metadata` gives them back, boxes rounded to thousandths. Unknown values are left
    out, except the list of distortions."""
    items = [
        {"distortions": [], **record.model_dump(mode="json", by_alias=True, exclude_defaults=True)}
        for record in records
    ]
    path.write_text(json.dumps(items, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _record(path: Path, number: int, item: Any) -> Labelled:
    name = item.get("image") if isinstance(item, dict) else None
    try:
        return Labelled.model_validate(item)
    except ValidationError as fault:
        raise ValueError(f"{path}: record {number} ({name or 'without image'}): {'; '.join(faults(fault))}") from fault

