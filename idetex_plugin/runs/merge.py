"""One run of several: of those that were assessed in parts, on several machines."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from idetex_plugin.photo.sources import display_name
from idetex_plugin.runs.rows import Row, copy_for, path_key
from idetex_plugin.runs.schema import RunError
from idetex_plugin.runs.store import WRITTEN, Run
from idetex_plugin.words.card import Card

BATCH = 2000


def merge(folders: Sequence[Path], out: Path) -> int:
    """Write the rows of all these runs into a run at `out`, which may hold rows already; returns how many it has then.

    Rows of one path become one: one that did not fail before one that did, then the one that was assessed last. Of
    rows with the same content one is kept as assessed, that of the first path, and the others are copies of it, as in
    a run of one machine. Memory does not grow with the number of rows.
    Raises RunError when the runs differ in what was asked of which model, naming what.
    """
    runs = [Run(folder) for folder in folders]
    try:
        first = _alike(runs)
        card = Card.stored(json.loads(first["card"]))
        with Run.writer(out, card, first["fingerprint"], _parts(first)) as merged:
            root = next((run.root for run in runs if run.root is not None), None)
            if merged.root is None and root is not None:
                merged.set_root(root)
            for run in runs:
                _add(run, merged)
            _copy_same_content(merged)
            return len(merged)
    finally:
        for run in runs:
            run.close()


def _alike(runs: Sequence[Run]) -> dict[str, Any]:
    about = [run.description() for run in runs]
    for run, one in zip(runs, about, strict=True):
        if one is None:
            raise RunError(f"{run.folder} is empty: its run has not begun")
        first = about[0]
        assert first is not None
        if one["fingerprint"] != first["fingerprint"]:
            mine, others = _parts(first), _parts(one)
            changed = [name for name in sorted({*mine, *others}) if mine.get(name) != others.get(name)]
            raise RunError(
                f"{run.folder} ({one['model']}) cannot be merged with {runs[0].folder} ({first['model']}): "
                f"different: {', '.join(changed) or 'fingerprint'}"
            )
    if not about or about[0] is None:
        raise RunError("no runs to merge")
    return about[0]


def _parts(about: dict[str, Any]) -> dict[str, str]:
    parts: dict[str, str] = json.loads(about["fingerprint_parts"])
    return parts


def _add(run: Run, merged: Run) -> None:
    for served in json.loads((run.description() or {}).get("served") or "[]"):
        merged.note_served(served)
    for rows in _pages(run):
        with merged.together():
            for values in rows:
                merged.add_raw(_key(values[0], run, merged), values[1:])


def _key(path: bytes, run: Run, merged: Run) -> bytes:
    """A path as the merged run stores it: what is relative stays so, for the runs' roots are one place."""
    if not os.path.isabs(path):
        return path
    return path_key(os.fsdecode(path), None if merged.root is None else os.fsencode(merged.root))


def _pages(run: Run) -> Iterator[list[Any]]:
    last = -1
    rows = f"SELECT number, {WRITTEN} FROM photos WHERE number > ? ORDER BY number LIMIT {BATCH}"
    while page := run.query(rows, last):
        yield [values[1:] for values in page]
        last = page[-1][0]


def _copy_same_content(merged: Run) -> None:
    """Make copies of all rows but one of each content that was assessed in several parts."""
    shas = merged.query(
        "SELECT sha256 FROM photos WHERE sha256 IS NOT NULL AND state != 'failed' GROUP BY sha256 "
        "HAVING sum(copied_from IS NULL) > 1"
    )
    for (sha256,) in shas:
        with merged.together():
            rows = merged.some("sha256 = ? AND state != 'failed' ORDER BY path", sha256)
            _become_copies([row for row in rows if not row.unreadable], merged)


def _become_copies(rows: list[Row], merged: Run) -> None:
    if not rows:
        return
    original, *others = sorted(rows, key=lambda row: row.copied_from is not None)
    name = original.assessment.photo.name
    for row in others:
        copy = copy_for(row.assessment.photo.name or display_name(str(row.path)), original.assessment, name)
        merged.write(row.path, row.stamp, copy, name)
