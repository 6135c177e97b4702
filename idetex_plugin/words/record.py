"""The base of every value that is stored or read: frozen, finite, no unknown fields, faults in words."""

from __future__ import annotations

import reprlib
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

LONGEST = 60
TYPES = {
    "text": ("string_type",),
    "a whole number": ("int_type", "int_parsing", "int_parsing_size", "int_from_float"),
    "a number": ("float_type", "float_parsing"),
    "a finite number": ("finite_number",),
    "true or false": ("bool_type", "bool_parsing"),
    "a list": ("tuple_type", "list_type"),
    "a table": ("dict_type", "mapping_type", "model_type", "model_attributes_type"),
    "a path": ("path_type",),
    "greater than {gt:g}": ("greater_than",),
    "at least {ge:g}": ("greater_than_equal",),
    "less than {lt:g}": ("less_than",),
    "at most {le:g}": ("less_than_equal",),
}
WORDS = {
    "extra_forbidden": "unknown key",
    "missing": "is missing",
    "literal_error": "{input} is none of {expected}",
    "enum": "{input} is none of {expected}",
    "too_short": "has {actual_length} {values}, needs at least {min_length}",
    "too_long": "has {actual_length} {values}, takes at most {max_length}",
    "string_too_short": "must have at least {min_length} characters, not {input}",
    "string_pattern_mismatch": "{input} does not match {pattern}",
    "value_error": "{error}",
} | {kind: f"must be {what}, not {{input}}" for what, kinds in TYPES.items() for kind in kinds}
"""What pydantic's kinds of faults mean to people who write files; of others its own words stand."""


class Record(BaseModel):
    """Base of every result: frozen, no unknown fields, finite numbers, exportable as JSON schema."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FaultsError(ValueError):
    """What is wrong, a line each. A line may hold the name of a file, and the name a line end: `lines` are whole."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def faults(error: ValidationError) -> list[str]:
    """One line a fault of a file's values: the key, and what is wrong with it."""
    lines = []
    found = error.errors(include_url=False)
    wrong_within = {fault["loc"][:-1] for fault in found}
    for fault in found:
        if fault["type"] == "too_short" and fault["loc"] in wrong_within:
            continue  # counted without the values that are wrong themselves
        key = ".".join(str(part) for part in fault["loc"])
        lines.append(f"{key}: {_words(fault)}" if key else _words(fault))
    return lines


def in_words(error: Exception) -> str:
    """What is wrong with an item of a file, on one line: faults of its values, a key that it lacks, or as it says."""
    if isinstance(error, ValidationError):
        return "; ".join(faults(error))
    return f"lacks {error}" if isinstance(error, KeyError) else str(error)


def _words(fault: ErrorDetails) -> str:
    if fault["type"] == "string_too_short" and not fault["input"]:
        return "must not be empty"
    template = WORDS.get(fault["type"])
    if template is None:
        return fault["msg"]
    known: dict[str, Any] = {**fault.get("ctx", {}), "input": _short(fault["input"])}
    return template.format(**known, values="value" if known.get("actual_length") == 1 else "values")


def _short(value: Any) -> str:
    """A value as Python writes it, cut where it is long."""
    shown = reprlib.repr(value) if not isinstance(value, str) else repr(value[: LONGEST + 1])
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
