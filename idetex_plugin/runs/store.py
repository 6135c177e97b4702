"""Rows in, rows out: one a photo, each committed when it is written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock

from idetex_plugin.runs.database import Database
from idetex_plugin.runs.header import RunHeader, now
from idetex_plugin.runs.locking import locked
from idetex_plugin.runs.rows import COLUMNS, Row, Stamp, absolute, first_failure, path_key
from idetex_plugin.words.assessment import Assessment, PhotoInfo
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import State

PAGE = 500
WRITTEN = (
    "path, name, size, mtime_ns, sha256, state, reason, level, score, copied_from, assessed_at, assessment"
)
REPLACED = ", ".join(f"{name} = excluded.{name}" for name in WRITTEN.split(", ")[1:])


class Run:
    """A run folder. Open one to read with `Run(folder)`, to write with `Run.writer(...)`; both are context managers.

    Methods may be called from any thread. All raise StorageError, a RunError, when the folder's file fails them.
    root: the folder to which the paths of photos below it are relative, or None. It can be told again (`set_root`).
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        """Open for reading, also while another process writes, or where nothing can be written. Raises RunError."""
        self._begin(Path(folder), Database(Path(folder)))

    def _begin(self, folder: Path, database: Database) -> None:
        self.folder, self._database = folder, database
        self._lock: FileLock | None = None
        self._header = RunHeader(folder, database)

    @classmethod
    def writer(
        cls, folder: str | os.PathLike[str], card: Card, fingerprint: str, parts: Mapping[str, str]
    ) -> Self:
        """Open or create for writing, as the only writer.

        Raises RunError when another process writes, when the folder holds something else, or when it holds
        assessments with another fingerprint: one folder is one model asked in one way.
        """
        run = cls._locked(Path(folder), create=True)
        try:
            run._header.describe(card, fingerprint, parts)
        except BaseException:
            run.close()
            raise
        return run

    @classmethod
    def opened(cls, folder: str | os.PathLike[str]) -> Self:
        """Open an existing run for changes, as the only writer. Raises RunError."""
        return cls._locked(Path(folder), create=False)

    @classmethod
    def _locked(cls, folder: Path, *, create: bool) -> Self:
        lock = locked(folder, create=create)
        run = cls.__new__(cls)
        try:
            run._begin(folder, Database(folder, write=True))
        except BaseException:
            lock.release()
            raise
        run._lock = lock
        return run

    @property
    def root(self) -> Path | None:
        """The folder to which paths are relative."""
        return None if self._header.root is None else Path(os.fsdecode(self._header.root))

    def set_root(self, root: str | os.PathLike[str]) -> None:
        """Say where the photos of the run lie now, for example after their folder was renamed.

        Relative paths are below this root from now on. Absolute paths below it become relative. In a run without a
        root, the folder that all its photos share is taken to be what is now called `root`.
        """
        self._header.set_root(root)

    def note_served(self, served: Mapping[str, Any]) -> None:
        """Note what a server says it serves (see `engines.served.Served`).

        Raises RunError when a user vouched for it and the run has answers of another checkpoint under that name.
        """
        self._header.note_served(served)

    def description(self) -> dict[str, Any] | None:
        """Model, fingerprint and start of the run, or None before the first writer."""
        return self._header.description()

    def find(self, path: str | os.PathLike[str]) -> Row | None:
        """The row of this path, or None."""
        found = self.some("path = ?", self._key(path))
        return found[0] if found else None

    def with_content(self, sha256: str) -> list[Row]:
        """Rows of this content, at most 100: first those that did not fail, and of them those that were assessed."""
        return self.some(
            "sha256 = ? ORDER BY state = 'failed', copied_from IS NOT NULL, number LIMIT 100", sha256
        )

    def state_of(self, path: str | os.PathLike[str], stamp: Stamp) -> State | None:
        """The state of this path's row, or None if it has none or one of a file with another stamp."""
        found = self.query("SELECT size, mtime_ns, state FROM photos WHERE path = ?", self._key(path))
        return State(found[0][2]) if found and Stamp(*found[0][:2]) == stamp else None

    def write(
        self, path: str | os.PathLike[str], stamp: Stamp, assessment: Assessment, copied_from: str | None = None
    ) -> None:
        """Write or replace the row of this path, and commit."""
        quality, failure = assessment.quality, first_failure(assessment)
        self._database.execute(
            f"INSERT INTO photos ({WRITTEN}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            f"ON CONFLICT (path) DO UPDATE SET {REPLACED}",
            (
                self._key(path), assessment.photo.name, stamp.size, stamp.mtime_ns, assessment.photo.sha256,
                assessment.state, failure, quality and quality.level, quality and quality.score,
                copied_from, now(), assessment.model_dump_json(),
            ),
        )  # fmt: skip

    def add_raw(self, key: bytes, values: Sequence[Any]) -> None:
        """Write a stored row of another run, the columns of `WRITTEN` without the path.

        Of two rows of one path that which did not fail stays, of two alike that which was assessed last.
        """
        self._database.execute(
            f"INSERT INTO photos ({WRITTEN}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            f"ON CONFLICT (path) DO UPDATE SET {REPLACED} WHERE (excluded.state != 'failed', excluded.assessed_at) > "
            "(photos.state != 'failed', photos.assessed_at)",
            (key, *values),
        )

    def touch(self, path: str | os.PathLike[str], stamp: Stamp) -> None:
        """Note a new stamp on the row of a file that changed in date but not in content."""
        self._database.execute(
            "UPDATE photos SET size = ?, mtime_ns = ? WHERE path = ?", (stamp.size, stamp.mtime_ns, self._key(path))
        )

    def move(self, row: Row, path: str | os.PathLike[str], name: str, stamp: Stamp) -> bool:
        """Give a row the path to which its photo has been moved. False when it has no row of that number any more."""
        photo = row.assessment.photo.model_copy(update={"name": name})
        said = row.assessment.model_copy(update={"photo": photo}).model_dump_json()
        key = self._key(path)
        with self._database.together():
            self._database.execute("DELETE FROM photos WHERE path = ? AND number != ?", (key, row.number))
            return bool(
                self._database.changed(
                    "UPDATE photos SET path = ?, name = ?, size = ?, mtime_ns = ?, assessment = ? "
                    "WHERE number = ? AND path = ?",
                    (key, name, stamp.size, stamp.mtime_ns, said, row.number, self._key(row.path)),
                )
            )

    def remove(self, numbers: list[int]) -> None:
        """Remove rows."""
        with self._database.together():
            for number in numbers:
                self._database.execute("DELETE FROM photos WHERE number = ?", (number,))

    def together(self) -> AbstractContextManager[None]:
        """Changes that take effect all or none."""
        return self._database.together()

    def __len__(self) -> int:
        (count,) = self.query("SELECT count(*) FROM photos")[0]
        return int(count)

    def rows(self) -> Iterator[Row]:
        """Rows in the order in which they were first written, a page at a time."""
        last = -1
        while page := self.query(f"SELECT {COLUMNS} FROM photos WHERE number > ? ORDER BY number LIMIT {PAGE}", last):
            for values in page:
                yield Row.of(values, self._header.root)
            last = page[-1][0]

    def original(self, info: PhotoInfo) -> Path | None:
        """The path of a photo of this run, from what its assessment says of it."""
        found = self.query("SELECT path FROM photos WHERE name = ? ORDER BY sha256 IS NOT ?", info.name, info.sha256)
        return Path(os.fsdecode(absolute(found[0][0], self._header.root))) if found else None

    def query(self, sql: str, *parameters: Any) -> list[Any]:
        """All rows of a query over the tables and views of `runs.schema`."""
        return self._database.execute(sql, parameters)

    def _key(self, path: str | os.PathLike[str]) -> bytes:
        return path_key(path, self._header.root)

    def some(self, condition: str, *parameters: Any) -> list[Row]:
        """The rows that meet a condition in SQL."""
        found = self.query(f"SELECT {COLUMNS} FROM photos WHERE {condition}", *parameters)
        return [Row.of(values, self._header.root) for values in found]

    def close(self) -> None:
        """Close the database and let other writers in. Idempotent."""
        self._database.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
