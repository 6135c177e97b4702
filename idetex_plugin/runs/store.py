"""Rows in, rows out: one a photo, each committed when it is written."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from idetex_plugin import __version__
from idetex_plugin.runs.rows import COLUMNS, Row, Stamp, first_failure, path_key
from idetex_plugin.runs.schema import FILE_NAME, RunError, connect, readable
from idetex_plugin.words.assessment import Assessment, PhotoInfo
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import State

LOCK_NAME = "run.lock"
PAGE = 500


class Run:
    """A run folder. Open one to read with `Run(folder)`, to write with `Run.writer(...)`; both are context managers.

    Methods may be called from any thread.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        """Open for reading, also while another process writes. Raises RunError."""
        self.folder = Path(folder)
        self._lock: FileLock | None = None
        self._turn = threading.RLock()
        self._database = connect(self.folder, create=False)

    @classmethod
    def writer(
        cls, folder: str | os.PathLike[str], card: Card, fingerprint: str, parts: Mapping[str, str]
    ) -> Self:
        """Open or create for writing, as the only writer.

        Raises RunError when another process writes, when the folder holds something else, or when it holds
        assessments with another fingerprint: one folder is one model asked in one way.
        """
        folder = Path(folder)
        _check_free(folder)
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK_NAME)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise RunError(f"{folder} is being written by another process") from None
        try:
            connect(folder, create=True).close()
            run = cls(folder)
            run._lock = lock
            run._describe(card, fingerprint, parts)
        except BaseException:
            lock.release()
            raise
        return run

    def _describe(self, card: Card, fingerprint: str, parts: Mapping[str, str]) -> None:
        known = self.description()
        if known is None:
            self._database.execute(
                "INSERT INTO run VALUES (1, ?, ?, ?, ?, ?, ?)",
                (
                    fingerprint, json.dumps(dict(parts)), card.name, card.model_dump_json(),
                    __version__, _now(),
                ),
            )  # fmt: skip
        elif known["fingerprint"] != fingerprint:
            self._database.close()
            before = json.loads(known["fingerprint_parts"])
            changed = [name for name in sorted({*before, *parts}) if before.get(name) != parts.get(name)]
            raise RunError(
                f"{self.folder} holds assessments by {known['model']} that cannot be continued by {card.name} "
                f"as asked now (different: {', '.join(changed)}): choose another --out"
            )

    def description(self) -> dict[str, Any] | None:
        """Model, fingerprint and start of the run, or None before the first writer."""
        with self._turn, readable(self.folder):
            cursor = self._database.execute("SELECT * FROM run")
            row = cursor.fetchone()
            return None if row is None else dict(zip((c[0] for c in cursor.description), row, strict=True))

    def find(self, path: str | os.PathLike[str]) -> Row | None:
        """The row of this path, or None."""
        return self._one("path = ?", (path_key(path),))

    def find_content(self, sha256: str, *, failed: bool = True) -> Row | None:
        """A row of this content, one that did not fail if there is one; with failed=False only such."""
        condition = "sha256 = ?" if failed else "sha256 = ? AND state != 'failed'"
        return self._one(f"{condition} ORDER BY state = 'failed', copied_from IS NOT NULL, number LIMIT 1", (sha256,))

    def state_of(self, path: str | os.PathLike[str], stamp: Stamp) -> State | None:
        """The state of this path's row, or None if it has none or one of a file with another stamp."""
        found = self.query("SELECT size, mtime_ns, state FROM photos WHERE path = ?", path_key(path))
        return State(found[0][2]) if found and Stamp(*found[0][:2]) == stamp else None

    def write(
        self, path: str | os.PathLike[str], stamp: Stamp, assessment: Assessment, copied_from: str | None = None
    ) -> None:
        """Write or replace the row of this path, and commit."""
        quality, failure = assessment.quality, first_failure(assessment)
        with self._turn:
            self._database.execute(
                "INSERT INTO photos (path, name, size, mtime_ns, sha256, state, reason, level, score, copied_from, "
                "assessed_at, assessment) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (path) DO UPDATE SET name = excluded.name, size = excluded.size, "
                "mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256, state = excluded.state, "
                "reason = excluded.reason, level = excluded.level, score = excluded.score, "
                "copied_from = excluded.copied_from, assessed_at = excluded.assessed_at, "
                "assessment = excluded.assessment",
                (
                    path_key(path), assessment.photo.name, stamp.size, stamp.mtime_ns, assessment.photo.sha256,
                    assessment.state, failure, quality and quality.level, quality and quality.score,
                    copied_from, _now(), assessment.model_dump_json(),
                ),
            )  # fmt: skip

    def touch(self, path: str | os.PathLike[str], stamp: Stamp) -> None:
        """Note a new stamp on the row of a file that changed in date but not in content."""
        with self._turn:
            self._database.execute(
                "UPDATE photos SET size = ?, mtime_ns = ? WHERE path = ?",
                (stamp.size, stamp.mtime_ns, path_key(path)),
            )

    def __len__(self) -> int:
        (count,) = self.query("SELECT count(*) FROM photos")[0]
        return int(count)

    def rows(self) -> Iterator[Row]:
        """Rows in the order in which they were first written, a page at a time."""
        last = -1
        while page := self.query(f"SELECT {COLUMNS} FROM photos WHERE number > ? ORDER BY number LIMIT {PAGE}", last):
            for values in page:
                with readable(self.folder):
                    row = Row.of(values)
                yield row
            last = page[-1][0]

    def original(self, info: PhotoInfo) -> Path | None:
        """The path of a photo of this run, from what its assessment says of it."""
        found = self.query("SELECT path FROM photos WHERE name = ? ORDER BY sha256 IS NOT ?", info.name, info.sha256)
        return Path(os.fsdecode(found[0][0])) if found else None

    def query(self, sql: str, *parameters: Any) -> list[Any]:
        """All rows of a query over the tables and views of `runs.schema`. Raises RunError where the file is damaged."""
        with self._turn, readable(self.folder):
            return self._database.execute(sql, parameters).fetchall()

    def _one(self, condition: str, parameters: tuple[Any, ...]) -> Row | None:
        found = self.query(f"SELECT {COLUMNS} FROM photos WHERE {condition}", *parameters)
        with readable(self.folder):
            return Row.of(found[0]) if found else None

    def close(self) -> None:
        """Close the database and let other writers in. Idempotent."""
        with self._turn:
            self._database.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _check_free(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise RunError(f"{folder} is not a folder")
    strangers = [entry for entry in os.listdir(folder) if not entry.startswith("run.")]
    if strangers and not (folder / FILE_NAME).exists():
        raise RunError(f"{folder} holds other files and no run: choose a new or empty folder for --out")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
