"""What the served report searches, filters and sorts by: small tables of a run's rows, made once and kept.

Memory does not grow with the rows. Texts are found by the beginnings of their words: FTS5 with
the tokenizer unicode61, which knows neither case nor diacritics.
"""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from idetex_plugin.report.index_tables import NONE_FOUND, REPEATED, TABLES, VERSION, fill
from idetex_plugin.runs.schema import FILE_NAME, StorageError

INDEX_NAME = "run.index.sqlite"
WORD = re.compile(r"[^\W_]+")
ORDERS = {
    "score-up": ("Score, worst first", "standing IS NULL, standing, number"),
    "score-down": ("Score, best first", "standing DESC, number"),
    "severity": ("Severity, worst first", "worst DESC, regions DESC, number"),
    "regions": ("Regions, most first", "regions DESC, number"),
    "name": ("Name", "name, number"),
    "run": ("Order of the run", "number"),
    "copies": ("Same content together", "first IS NULL, first, number"),
}
"""What the rows can be sorted by: for people, and in SQL. `measure-NAME-up` and `-down` are added."""


@dataclass(frozen=True, slots=True)
class RowQuery:
    """Which rows are wanted. chosen: values by facet; of one facet any of them, of different facets all. ranges: least
    and most by the name of a measure, None for an open end; a photo without the measure is in none."""

    text: str = ""
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    order: str = "run"
    ranges: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)


class RowIndex:
    """The tables of the run in `folder`, made when they are missing or of another state of it.

    They lie beside the run, or in a temporary file where nothing can be written. Methods may be called from any thread.
    Raises StorageError for a run whose file cannot be read.
    """

    def __init__(self, folder: Path, measures: Sequence[str]) -> None:
        self._lock = threading.Lock()
        self._measures = tuple(measures)
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self.orders = {
            **ORDERS,
            **{f"measure-{name}-{way}": (name, f"measure_{name} IS NULL, measure_{name}{down}, number")
               for name in measures for way, down in (("up", ""), ("down", " DESC"))},
        }  # fmt: skip
        state = _state(folder)
        try:
            file = folder / INDEX_NAME
            if not _fits(file, state):
                file = self._made(folder, state)
            self._base = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise StorageError(f"{folder / FILE_NAME} cannot be read: {error}") from error

    def numbers(self, query: RowQuery, start: int, count: int) -> list[int]:
        """The numbers of the wanted rows from the place `start` on, in their order."""
        where, values = self._condition(query)
        order = self.orders.get(query.order, ORDERS["run"])[1]
        sql = f"SELECT number FROM item WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"
        return [number for (number,) in self._all(sql, *values, count, start)]

    def count(self, query: RowQuery) -> int:
        """How many rows are wanted."""
        where, values = self._condition(query)
        if where == TEXT_FITS:
            [(count,)] = self._all("SELECT count(*) FROM words WHERE words MATCH ?", *values)
        else:
            [(count,)] = self._all(f"SELECT count(*) FROM item WHERE {where}", *values)
        return int(count)

    def facts(self) -> dict[str, Any]:
        """Of the whole run: how many rows each value of each facet has, and what the head of the page says."""
        [(photos, damaged, failed, mean, scored)] = self._all(
            "SELECT count(*), sum(regions > 0), sum(state = 'failed'), avg(score), count(score) FROM item"
        )
        return {
            "photos": photos, "damaged": damaged or 0, "failed": failed or 0, "mean": mean, "scored": scored,
            "facets": {name: dict(self._all(sql)) for name, sql in COUNTS.items()}, "ends": self._ends(),
        }  # fmt: skip

    def _ends(self) -> dict[str, tuple[float, float]]:
        """The least and the most of each measure that any photo has."""
        columns = ", ".join(f"min(measure_{name}), max(measure_{name})" for name in self._measures)
        if not columns:
            return {}
        [found] = self._all(f"SELECT {columns} FROM item")
        pairs = zip(self._measures, found[::2], found[1::2], strict=True)
        return {name: (least, most) for name, least, most in pairs if least is not None}

    def close(self) -> None:
        """Close the tables, and remove those of a temporary file. Idempotent."""
        with self._lock:
            self._base.close()
            if self._scratch is not None:
                self._scratch.cleanup()

    def _condition(self, query: RowQuery) -> tuple[str, list[Any]]:
        parts, values = [], list[Any]()
        if terms := WORD.findall(query.text):
            parts.append(TEXT_FITS)
            values.append(" AND ".join(f'"{term}"*' for term in terms))
        kinds, severities = query.chosen.get("distortion", ()), query.chosen.get("severity", ())
        if kinds or severities:
            region = [f"{name} IN ({_marks(given)})" for name, given in
                      (("distortion", kinds), ("severity", severities)) if given]  # fmt: skip
            parts.append(f"(number IN (SELECT photo FROM found WHERE {' AND '.join(region)}) OR (bare AND ?))")
            values += [*kinds, *severities, NONE_FOUND in kinds and not severities]
        for facet, column in COLUMNS.items():
            if given := query.chosen.get(facet, ()):
                parts.append(f"{column} IN ({_marks(given)})")
                values += given
        if REPEATED in query.chosen.get("content", ()):
            parts.append("first IS NOT NULL")
        for name, ends in query.ranges.items():
            column = f"measure_{name}" if name in self._measures else "NULL"
            for sign, end in zip((">=", "<="), ends, strict=True):
                if end is not None:
                    parts.append(f"{column} {sign} ?")
                    values.append(end)
        return " AND ".join(parts) or "1", values

    def _all(self, sql: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._base.execute(sql, values).fetchall()

    def _made(self, folder: Path, state: tuple[int, ...]) -> Path:
        try:
            part = folder / f".{INDEX_NAME}.{os.getpid()}.part"
            part.unlink(missing_ok=True)
            part.touch()
        except OSError:
            self._scratch = tempfile.TemporaryDirectory(prefix="idetex-report-")
            part = Path(self._scratch.name) / INDEX_NAME
        try:
            with closing(sqlite3.connect(part.absolute().as_uri(), uri=True, isolation_level=None)) as base:
                _attach(base, folder)
                base.executescript(f"PRAGMA main.journal_mode = OFF; PRAGMA main.synchronous = OFF; {TABLES}")
                fill(base)
                base.execute("INSERT INTO made VALUES (?, ?, ?, ?, ?)", (VERSION, *state))
                base.execute("ANALYZE main")
            if self._scratch is not None:
                return part
            part.replace(folder / INDEX_NAME)
            return folder / INDEX_NAME
        finally:
            if self._scratch is None:
                part.unlink(missing_ok=True)


COUNTS = {
    "distortion": f"SELECT distortion, count(DISTINCT photo) FROM found GROUP BY 1 "
    f"UNION ALL SELECT '{NONE_FOUND}', count(*) FROM item WHERE bare HAVING count(*) > 0",
    "severity": "SELECT severity, count(DISTINCT photo) FROM found GROUP BY 1",
    "level": "SELECT coalesce(level, ''), count(*) FROM item GROUP BY 1",
    "status": "SELECT state, count(*) FROM item GROUP BY 1",
    "reason": "SELECT reason, count(*) FROM item WHERE reason IS NOT NULL GROUP BY 1",
    "content": f"SELECT '{REPEATED}', count(*) FROM item WHERE first IS NOT NULL HAVING count(*) > 0",
}
COLUMNS = {"level": "coalesce(level, '')", "status": "state", "reason": "reason"}
TEXT_FITS = "number IN (SELECT rowid FROM words WHERE words MATCH ?)"


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def _attach(base: sqlite3.Connection, folder: Path) -> None:
    where = f"{(folder.absolute() / FILE_NAME).as_uri()}?mode=ro"
    if not os.access(folder, os.W_OK):  # a reader of a database in WAL mode makes files beside it, and here it cannot
        where += "&immutable=1"
    base.execute("ATTACH ? AS run", (where,))


def _state(folder: Path) -> tuple[int, ...]:
    """Sizes and dates of the run's files."""
    found: list[int] = []
    for name in (FILE_NAME, f"{FILE_NAME}-wal"):
        try:
            state = os.stat(folder / name)
        except FileNotFoundError:
            found += (0, 0)
        else:
            found += (state.st_size, state.st_mtime_ns) if state.st_size else (0, 0)
    return tuple(found)


def _fits(file: Path, state: tuple[int, ...]) -> bool:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as base:
            return bool(base.execute("SELECT * FROM made").fetchall() == [(VERSION, *state)])
    except sqlite3.Error:
        return False

