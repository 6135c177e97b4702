"""Recipes as TOML files: by path, or those of the package by name."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from idetex_plugin.words.record import FaultsError, Record, faults

Config = TypeVar("Config", bound=Record)


def names(folder: Path) -> list[str]:
    """The names of the recipes in a folder of the package."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def read_recipe(which: Path, kind: type[Config], folder: Path) -> tuple[Config, Path, bytes]:
    """The recipe in a file, or of this name in a folder of the package; with its path and the bytes of the file.

    Raises ValueError with a line for each fault, which names the file and the key.
    """
    known = names(folder)
    path = folder / f"{which}.toml" if str(which) in known and not which.is_file() else which
    try:
        data = path.read_bytes()
        return kind.model_validate(tomllib.loads(data.decode())), path, data
    except FileNotFoundError as fault:
        raise ValueError(f"{which}: no such file, and no recipe of {', '.join(known)}") from fault
    except OSError as fault:
        raise ValueError(f"{path}: cannot be read: {fault.strerror}") from fault
    except ValidationError as fault:
        raise FaultsError(*(f"{path}: {line}" for line in faults(fault))) from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ValueError(f"{path}: {fault}") from fault
