"""The run's database as a file: opened to read or to write, waited for when locked, its faults in words."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from idetex_plugin.runs.schema import FILE_NAME, RunError, StorageError, check, make_views

log = logging.getLogger(__name__)
POLL_MS = 1000
LOCKED_SECONDS = 60.0
LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
WORDS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it may not be written",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk does not read or write it",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_NOTADB: "it is no database",
    sqlite3.SQLITE_PERM: "it may not be opened",
}


class Database:
    """One connection, for any one thread at a time. Every fault of the file is a StorageError that names it."""

    def __init__(self, folder: Path, *, write: bool = False) -> None:
        """Open, and create with `write`. Raises RunError when the file is no run's, StorageError when it cannot be."""
        self.file = folder / FILE_NAME
        self._turn = threading.RLock()
        if not write and not self.file.is_file():
            raise RunError(f"{folder} is not a run folder: it has no {FILE_NAME}")
        with self._in_words():
            self._connection = self._open(write)
        try:
            with self._in_words():
                if write:
                    self._run("PRAGMA journal_mode = WAL")
                    self._run("PRAGMA synchronous = NORMAL")
                check(self._connection, self.file, write=write)
                self._connection.executescript(make_views("TEMP VIEW"))
        except BaseException:
            self._connection.close()
            raise

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """All rows of a statement, committed. Waits while another program locks the database."""
        with self._turn, self._in_words():
            return self._run(sql, parameters).fetchall()

    def changed(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """How many rows a statement has changed."""
        with self._turn, self._in_words():
            return self._run(sql, parameters).rowcount

    def columns(self, sql: str) -> list[dict[str, Any]]:
        """Rows by the names of their columns."""
        with self._turn, self._in_words():
            cursor = self._run(sql)
            return [dict(zip((c[0] for c in cursor.description), row, strict=True)) for row in cursor.fetchall()]

    @contextmanager
    def together(self) -> Iterator[None]:
        """Statements that take effect all or none."""
        with self._turn:
            self.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                with self._in_words():
                    self._connection.rollback()
                raise
            self.execute("COMMIT")

    def close(self) -> None:
        """Close. Idempotent."""
        with self._turn:
            self._connection.close()

    def _open(self, write: bool) -> sqlite3.Connection:
        where = f"file:{quote(os.fsencode(self.file.absolute()))}"
        options: dict[str, Any] = {
            "uri": True, "isolation_level": None, "check_same_thread": False, "timeout": POLL_MS / 1000
        }
        if write:
            writing: sqlite3.Connection = sqlite3.connect(f"{where}?mode=rwc", **options)
            return writing
        connection: sqlite3.Connection = sqlite3.connect(f"{where}?mode=ro", **options)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            connection.close()
            if os.access(self.file.parent, os.W_OK):
                raise
            # A reader of a database in WAL mode makes files beside it, and here it cannot; nobody else writes either.
            connection = sqlite3.connect(f"{where}?mode=ro&immutable=1", **options)
        return connection

    def _run(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        began, said = time.monotonic(), False
        while True:
            try:
                return self._connection.execute(sql, parameters)
            except sqlite3.OperationalError as error:
                if _code(error) not in LOCKED or time.monotonic() - began > LOCKED_SECONDS:
                    raise
                if not said:
                    said = True
                    log.warning("%s is locked by another program; waiting for it", self.file)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError as error:
            raise RunError(f"{self.file}: {error}") from error
        except UnicodeDecodeError as error:
            raise StorageError(f"{self.file}: it is damaged: {error}") from error
        except sqlite3.DatabaseError as error:
            code = _code(error)
            words = f"another program has locked it for {LOCKED_SECONDS:.0f} s" if code in LOCKED else WORDS.get(code)
            raise StorageError(f"{self.file}: {words + ': ' if words else ''}{error}") from error


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
