"""The tables that the served report looks into, and how they are filled from the rows of a run, a part at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from idetex_plugin.photo.measures import MEASURES
from idetex_plugin.runs.schema import DUPLICATES
from idetex_plugin.words.vocabulary import Level, Severity

VERSION = 2
NOT_STATED, NONE_FOUND, REPEATED = "Not stated", "No damage found", "Same content as another"
PART = 2000
SEVERITY_RANKS = {str(severity): severity.rank for severity in Severity}
WEIGHTS = {str(level): level.score for level in Level}
NUMBERS = ", ".join(f"measure_{each.name} REAL" for each in MEASURES)
COLUMNS = "number, name, state, reason, level, score, assessment"

TABLES = f"""
CREATE TABLE made (version INTEGER, size INTEGER, mtime_ns INTEGER, log_size INTEGER, log_mtime_ns INTEGER);
CREATE TABLE item (
    number INTEGER PRIMARY KEY, name TEXT, state TEXT, reason TEXT, level TEXT, score REAL, standing REAL,
    regions INTEGER, worst INTEGER, bare INTEGER, first INTEGER, {NUMBERS}
);
CREATE TABLE found (
    distortion TEXT, severity TEXT, photo INTEGER, PRIMARY KEY (distortion, severity, photo)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(text, content='', detail=none);
"""
"""`standing` is the score, or the level's own weight; `worst` the rank of the worst severity; `bare` tells that damage
was looked for and none found; `first` is the first row of the same content, where there are several."""

INDEXES = """
CREATE INDEX item_standing ON item (standing);
CREATE INDEX item_worst ON item (worst, regions);
CREATE INDEX item_regions ON item (regions);
CREATE INDEX item_name ON item (name);
CREATE INDEX item_level ON item (level);
CREATE INDEX item_state ON item (state, reason);
CREATE INDEX item_bare ON item (bare) WHERE bare;
CREATE INDEX item_first ON item (first) WHERE first IS NOT NULL;
"""


def fill(base: sqlite3.Connection) -> None:
    """Fill the tables, in transactions of its own, from `run.photos`, a run attached as `run`.

    An assessment that is no JSON object says nothing.
    """
    marks = ", ".join("?" * (11 + len(MEASURES)))
    last = -1
    base.execute("BEGIN")
    while part := base.execute(
        f"SELECT {COLUMNS} FROM run.photos WHERE number > ? ORDER BY number LIMIT {PART}", (last,)
    ).fetchall():
        last = part[-1][0]
        said = [_said(row[-1]) for row in part]
        both = list(zip(part, said, strict=True))
        base.executemany(f"INSERT INTO item VALUES ({marks})", (_item(row, about) for row, about in both))
        base.executemany("INSERT OR IGNORE INTO found VALUES (?, ?, ?)", _found(both))
        base.executemany(
            "INSERT INTO words (rowid, text) VALUES (?, ?)", ((row[0], _text(row, about)) for row, about in both)
        )
    base.execute(f"UPDATE item SET first = same.first FROM ({DUPLICATES}) AS same WHERE same.photo = item.number")
    base.executescript(INDEXES)


def _said(text: Any) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _item(row: tuple[Any, ...], said: Mapping[str, Any]) -> tuple[Any, ...]:
    number, name, state, reason, level, score, _ = row
    regions = list(_objects(said, "regions"))
    worst = max((SEVERITY_RANKS.get(str(region.get("severity")), 0) for region in regions), default=0)
    grounding = _object(_object(said, "tasks"), "grounding")
    measures = _object(said, "measures")
    values = (measures.get(each.name) for each in MEASURES)
    return (
        number, name, state, reason, level, score, WEIGHTS.get(level) if score is None else score, len(regions), worst,
        int(not regions and grounding.get("state") == "ok"), None,
        *(value if isinstance(value, int | float) else None for value in values),
    )  # fmt: skip


def _found(both: list[tuple[tuple[Any, ...], Mapping[str, Any]]]) -> Iterator[tuple[str, str, int]]:
    for row, said in both:
        for region in _objects(said, "regions"):
            yield str(region.get("distortion")), str(region.get("severity") or NOT_STATED), row[0]


def _text(row: tuple[Any, ...], said: Mapping[str, Any]) -> str:
    """All that people may look for, each text once."""
    description, photo = _object(said, "description"), _object(said, "photo")
    texts = [row[1], row[4], str(row[3] or "").replace("_", " "), _object(said, "failure").get("message")]
    texts += [description.get("text"), description.get("content"), *(photo.get("notes") or ())]
    texts += [task.get("message") for task in _object(said, "tasks").values() if isinstance(task, dict)]
    texts += [region.get(key) for region in _objects(said, "regions") for key in ("distortion", "severity", "effect")]
    texts += [answer.get("choice") for answer in _objects(said, "answers")]
    return "\n".join(dict.fromkeys(text for text in texts if isinstance(text, str) and text))


def _object(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _objects(value: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    found = value.get(name)
    return (each for each in found if isinstance(each, dict)) if isinstance(found, list) else iter(())
