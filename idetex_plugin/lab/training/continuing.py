"""Which run a folder holds, kept beside its states, so that no other run goes on from them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from idetex_plugin.words.digest import digest
from idetex_plugin.words.whole_file import whole_file

FILE_NAME = "run.json"
REHEARSED = "rehearsed"
MOST = 6


def claim(folder: Path, run: Mapping[str, Any], kept: Sequence[str]) -> None:
    """Make the folder this run's, or see that it is.

    run: what decides the weights, as JSON holds it; see `sizes` for files. kept: patterns of what a run leaves there.
    Raises ValueError that names the folder, and the keys that differ, where another run left something.
    """
    told: dict[str, Any] = json.loads(json.dumps(run))
    path = folder / FILE_NAME
    if any(True for pattern in kept for _ in folder.glob(pattern)):
        _check(folder, told, _read(path))
    with whole_file(path) as file:
        file.write((json.dumps(told, indent=1) + "\n").encode())


def sizes(folder: Path, names: Iterable[str]) -> str:
    """Tells files of a folder from others by names and sizes. Raises OSError for one that is missing."""
    return digest("\n".join(f"{name} {(folder / name).stat().st_size}" for name in names))


def _read(path: Path) -> dict[str, Any] | None:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return known if isinstance(known, dict) else None


def _check(folder: Path, run: dict[str, Any], known: dict[str, Any] | None) -> None:
    if known == run:
        return
    if known is None:
        what = f"holds a run of which {FILE_NAME} does not tell the recipe"
    elif known.get(REHEARSED) and not run.get(REHEARSED):
        what = "holds a rehearsal, whose weights are of no use"
    else:
        before, after = dict(_flat(known)), dict(_flat(run))
        keys = [key for key in {**before, **after} if before.get(key, ...) != after.get(key, ...)]
        others = f", and {len(keys) - MOST} more" if len(keys) > MOST else ""
        what = f"holds another run, which differs in {', '.join(keys[:MOST])}{others}"
    raise ValueError(f"{folder} {what}: choose another --out, or remove the folder to begin anew")


def _flat(value: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """(dotted key, value) of all that is no table."""
    for key, each in value.items():
        if isinstance(each, Mapping) and each:
            yield from _flat(each, f"{above}{key}.")
        else:
            yield f"{above}{key}", each
