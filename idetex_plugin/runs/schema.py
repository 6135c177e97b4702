"""The run's database: its tables and its version."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

FILE_NAME = "run.sqlite"
APPLICATION = 0x69447458
VERSION = 2

DUPLICATES = """
    SELECT photos.number AS photo, photos.name AS name, photos.sha256 AS sha256, same.first AS first,
        same.copies AS copies
    FROM photos JOIN (
        SELECT sha256, min(number) AS first, count(*) AS copies FROM photos
        WHERE sha256 IS NOT NULL GROUP BY sha256 HAVING count(*) > 1
    ) AS same ON same.sha256 = photos.sha256
    ORDER BY same.first, photos.number
"""
"""Photos whose content other photos have too: the number of the first of them, and how many there are."""

SAFE = "json_each(iif(json_valid(photos.assessment), photos.assessment, '{}'), "

VIEWS = {
    "regions": f"""
    SELECT photos.number AS photo, photos.name AS name, region.key AS region,
        json_extract(region.value, '$.distortion') AS distortion, json_extract(region.value, '$.severity') AS severity,
        json_extract(region.value, '$.box.x1') AS x1, json_extract(region.value, '$.box.y1') AS y1,
        json_extract(region.value, '$.box.x2') AS x2, json_extract(region.value, '$.box.y2') AS y2,
        json_extract(region.value, '$.confidence') AS confidence, json_extract(region.value, '$.effect') AS effect
    FROM photos, {SAFE}'$.regions') AS region""",
    "answers": f"""
    SELECT photos.number AS photo, photos.name AS name, json_extract(answer.value, '$.name') AS answer,
        json_extract(answer.value, '$.question') AS question, json_extract(answer.value, '$.choice') AS choice,
        json_extract(answer.value, '$.probabilities') AS probabilities
    FROM photos, {SAFE}'$.answers') AS answer""",
    "tasks": f"""
    SELECT photos.number AS photo, photos.name AS name, task.key AS task,
        json_extract(task.value, '$.state') AS state, json_extract(task.value, '$.reason') AS reason,
        json_extract(task.value, '$.message') AS message
    FROM photos, {SAFE}'$.tasks') AS task""",
    "measures": f"""
    SELECT photos.number AS photo, photos.name AS name, measure.key AS measure, measure.value AS value
    FROM photos, {SAFE}'$.measures') AS measure""",
    "duplicates": DUPLICATES,
}
"""What each view selects. An assessment that is no JSON has none of what they are about."""


def make_views(kind: str, names: Collection[str] = tuple(VIEWS)) -> str:
    """The statements that make these views; kind: VIEW, or TEMP VIEW for the use of one connection."""
    return "".join(f"CREATE {kind} IF NOT EXISTS {name} AS {VIEWS[name]};\n" for name in names)


SCHEMA = f"""
BEGIN;
CREATE TABLE run (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    fingerprint TEXT NOT NULL,
    fingerprint_parts TEXT NOT NULL,
    model TEXT NOT NULL,
    card TEXT NOT NULL,
    version TEXT NOT NULL,
    started_at TEXT NOT NULL,
    root BLOB,
    served TEXT NOT NULL DEFAULT '[]'
);
CREATE TABLE photos (
    number INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    size INTEGER,
    mtime_ns INTEGER,
    sha256 TEXT,
    state TEXT NOT NULL,
    reason TEXT,
    level TEXT,
    score REAL,
    copied_from TEXT,
    assessed_at TEXT NOT NULL,
    assessment TEXT NOT NULL
);
CREATE INDEX photos_sha256 ON photos (sha256);
CREATE INDEX photos_name ON photos (name);
{make_views("VIEW")}
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
COMMIT;
"""


MIGRATIONS = {
    1: f"""
ALTER TABLE run ADD COLUMN root BLOB;
ALTER TABLE run ADD COLUMN served TEXT NOT NULL DEFAULT '[]';
{make_views("VIEW", ("measures", "duplicates"))}
"""
}
"""What a writer does to a run of this version to make it one of the next."""


class RunError(ValueError):
    """The run folder cannot be used as asked; the message says why and what to do."""


class StorageError(RunError):
    """The run folder cannot be read or written: the disk is full, the file is damaged, locked or read-only."""


@contextmanager
def readable(folder: Path) -> Iterator[None]:
    """Turn values that no version of the program wrote into a StorageError that names the file."""
    try:
        yield
    except RunError:
        raise
    except (ValueError, TypeError, OverflowError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise StorageError(f"{folder / FILE_NAME} is damaged: {first}") from error


def check(database: sqlite3.Connection, file: Path, *, write: bool) -> None:
    """Make the tables of an empty database, bring older ones up to date, refuse others. Only with `write` it changes.

    Raises RunError.
    """
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version == 0 and application == 0:
        (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not tables and not write:
            raise RunError(f"{file} is empty: its run has not begun")
        if not tables:
            database.executescript(SCHEMA)
            return
    if application != APPLICATION:
        raise RunError(f"{file} is another program's database")
    if not 1 <= version <= VERSION:
        raise RunError(f"{file} has schema version {version}, this program reads versions 1 to {VERSION}")
    for older in range(version, VERSION if write else version):
        database.executescript(f"BEGIN; {MIGRATIONS[older]} PRAGMA user_version = {older + 1}; COMMIT;")
