"""Declares fields so that they stay, although other processes add theirs at the same moment."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from filelock import FileLock

TRIES = 5
Declared = dict[str, tuple[Any, dict[str, Any], str]]
"""By path: the field's type, the type's parameters and a description."""


def declare(dataset: Any, declared: Declared, key: str, owner: str, info: dict[str, Any]) -> None:
    """Add what is missing and check that it stayed; `info[key]` of every top field then names its owner.

    Raises ValueError when a field of that name is not the owner's.
    """
    dataset.reload()
    schema = dataset.get_field_schema()
    names = [path for path in declared if "." not in path]
    foreign = [path for path in names if path in schema and (schema[path].info or {}).get(key) != owner]
    if foreign:
        raise ValueError(f"the dataset has a field {foreign[0]!r} that is not of {owner!r}: choose another name")
    for last in (*[False] * (TRIES - 1), True):
        try:
            for path, (kind, parameters, words) in declared.items():
                if dataset.get_field(path) is None:
                    dataset.add_sample_field(path, kind, description=words, **parameters)
        except ValueError:
            if last:
                raise
        dataset.reload()
        if all(dataset.get_field(path) is not None for path in declared):
            break
    for path in names:
        field, new = dataset.get_field(path), {key: owner, **info}
        if field.info != new:
            field.info = new
            field.save()


def alone(dataset: Any) -> FileLock:
    """To be held while fields are declared: processes on one machine that use this package take turns."""
    return FileLock(Path(tempfile.gettempdir()) / f"idetex-{dataset._doc.id}.lock")
