"""Hashes that are kept in the run folder, by the content they are of, so that no photo is read twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

FILE_NAME = "run.hashes.sqlite"
TABLE = "CREATE TABLE IF NOT EXISTS hashes (sha256 TEXT, method TEXT, hash BLOB, PRIMARY KEY (sha256, method))"
BUSY_SECONDS = 60.0


class KeptHashes:
    """The file of hashes of one method. It holds nothing that cannot be had again from the photos.

    Several processes may read and write it at once. A damaged one is begun anew; where nothing can be written, hashes
    are computed each time. `problem` says why in words, or is empty.
    """

    def __init__(self, folder: Path, method: str, size: int) -> None:
        """size: bytes of a hash; others are not given out."""
        self.problem = ""
        self._file, self._method, self._size = folder / FILE_NAME, method, size

    def read(self) -> dict[str, bytes]:
        """Every kept hash by the SHA-256 of its photo's content."""
        if not self._file.is_file():
            return {}
        try:
            with closing(self._open()) as base:
                found = base.execute("SELECT sha256, hash FROM hashes WHERE method = ?", (self._method,)).fetchall()
        except sqlite3.Error as error:
            self._note(f"cannot be read: {error}")
            if not isinstance(error, sqlite3.OperationalError):
                with suppress(OSError):
                    self._file.unlink()
            return {}
        return {sha256: held for sha256, held in found if isinstance(held, bytes) and len(held) == self._size}

    def add(self, hashes: Iterable[tuple[str, bytes]]) -> None:
        """Keep hashes by content. What cannot be written is a problem in words, and no error."""
        try:
            with closing(self._open()) as base, base:
                base.execute(TABLE)
                base.executemany(
                    "INSERT OR REPLACE INTO hashes VALUES (?, ?, ?)",
                    [(sha256, self._method, held) for sha256, held in hashes],
                )
        except sqlite3.Error as error:
            self._note(f"cannot be written, so the hashes are not kept: {error}")

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, timeout=BUSY_SECONDS)

    def _note(self, words: str) -> None:
        self.problem = self.problem or f"{self._file} {words}"
