"""The base of every value that is stored or read: frozen, finite, no unknown fields, faults in words."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError


class Record(BaseModel):
    """Base of every result: frozen, no unknown fields, finite numbers, exportable as JSON schema."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def faults(error: ValidationError) -> list[str]:
    """One line a fault of a file's values: the key, and what is wrong with it."""
    lines = []
    for fault in error.errors(include_url=False):
        key = ".".join(str(part) for part in fault["loc"])
        words = fault["msg"].removeprefix("Value error, ")
        lines.append(f"{key}: {words}" if key else words)
    return lines
