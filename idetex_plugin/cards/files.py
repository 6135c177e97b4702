"""Cards as TOML files: the built-in ones, a user's own, and the one beside a checkpoint."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from idetex_plugin.words.card import Card, CardError
from idetex_plugin.words.record import faults

FILE_NAME = "idetex.toml"


def read_card(path: Path) -> Card:
    """The card in a TOML file, or in `idetex.toml` of a checkpoint's folder. Raises CardError.

    Without a `checkpoint`, the checkpoint is the folder of the file; one that begins with "." is relative to it.
    """
    if path.is_dir():
        path = path / FILE_NAME
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CardError(f"{path}: no such file; a checkpoint's folder needs its card in {FILE_NAME}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CardError(f"{path}: {error}") from error
    checkpoint = values.setdefault("checkpoint", ".")
    if isinstance(checkpoint, str) and checkpoint.startswith("."):
        values["checkpoint"] = str((path.parent / checkpoint).resolve())
    try:
        return Card.model_validate(values)
    except ValidationError as error:
        raise CardError(*(f"{path}: {fault}" for fault in faults(error))) from error


def write_card(card: Card, path: Path) -> None:
    """Write a card as TOML, values that are the default left out."""
    path.write_text(to_toml(card), encoding="utf-8")


def to_toml(card: Card) -> str:
    """The card as TOML, values that are the default left out."""
    values = card.model_dump(mode="json", exclude_defaults=True)
    tables = {key: value for key, value in values.items() if isinstance(value, Mapping)}
    lines = [f"{key} = {_toml(value)}" for key, value in values.items() if key not in tables]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{json.dumps(key)} = {_toml(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """TOML of a string, number, truth value or list: JSON's spelling, but for a character that JSON leaves bare."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
