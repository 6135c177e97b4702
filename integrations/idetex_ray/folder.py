"""A job's folder: what was asked of which model, Parquet files of rows, and Ray's checkpoint of what is in them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyarrow import fs
from pyarrow.dataset import dataset, field
from ray.data import DataContext
from ray.data.checkpoint import CheckpointConfig, IdColumnCheckpointManager
from ray.data.checkpoint.checkpoint_writer import PENDING_CHECKPOINT_SUFFIX

from idetex_plugin import __version__
from idetex_plugin.runs.header import now
from idetex_plugin.runs.schema import RunError
from idetex_plugin.runs.store import WRITTEN, Run
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import State
from idetex_ray.actor import About, StoppedError
from idetex_ray.rows import ID, Columns

ABOUT, ROWS, CHECKPOINT, PARQUET = "run.json", "rows", "checkpoint", ".parquet"
UNKNOWN = ("size", "mtime_ns")
"""What a run folder knows of a file, and a job does not."""
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job's folder holds at its end. rows: where the Parquet files are, for `ray.data.read_parquet`."""

    rows: str
    photos: int
    failed: int


class Recovery(IdColumnCheckpointManager):
    """Of Ray's recovery the first part: files of rows whose ids were not written in the end are removed.

    The second part, Ray's filter of what it reads, needs the id to be one column of Arrow blocks, which rows of a
    WebDataset have not, and leaves in what is not read (`from_items`). `Unfinished` filters all.
    """

    def load_checkpoint(
        self, data_file_dir: str | None = None, data_file_filesystem: fs.FileSystem | None = None
    ) -> tuple[None, int]:
        """No ids: Ray adds no filter."""
        self._clean_pending_checkpoints(data_file_dir, data_file_filesystem)
        return None, 0


class Folder:
    """A folder of a file system that all machines see, by a path or an address such as s3://bucket/run."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        place = os.fspath(folder)
        self.place = place if "://" in place else os.path.abspath(place)
        self.rows, self._checkpoint = f"{self.place}/{ROWS}", f"{self.place}/{CHECKPOINT}"
        self._system, self._path = fs.FileSystem.from_uri(self.place)

    def about(self) -> dict[str, Any] | None:
        """What the folder says of its rows, or None where there is none. Raises RunError for what is not ours."""
        file = f"{self._path}/{ABOUT}"
        if self._system.get_file_info(file).type == fs.FileType.NotFound:
            return None
        with self._system.open_input_file(file) as stream:
            try:
                known: dict[str, Any] = json.loads(stream.read())
                return {name: known[name] for name in ("model", "card", "fingerprint", "fingerprint_parts")}
            except (ValueError, KeyError, TypeError) as error:
                raise RunError(f"{self.place}/{ABOUT} is not that of a job: {error!r}") from None

    def begin(self, about: About) -> None:
        """Say what is asked of which model, or raise RunError where the folder's rows were asked otherwise."""
        known = self.about()
        if known is None:
            text = json.dumps({
                "model": about.card.name, "card": about.card.model_dump(mode="json"), "fingerprint": about.fingerprint,
                "fingerprint_parts": dict(about.parts), "version": __version__, "started_at": now(),
            })  # fmt: skip
            self._system.create_dir(self._path, recursive=True)
            with self._system.open_output_stream(f"{self._path}/{ABOUT}.part") as stream:
                stream.write(text.encode())
            self._system.move(f"{self._path}/{ABOUT}.part", f"{self._path}/{ABOUT}")
        elif known["fingerprint"] != about.fingerprint:
            before = known["fingerprint_parts"]
            changed = [name for name in sorted({*before, *about.parts}) if before.get(name) != about.parts.get(name)]
            raise RunError(
                f"{self.place} holds assessments by {known['model']} that cannot be continued by {about.card.name} "
                f"as asked now (different: {', '.join(changed)}): choose another folder"
            )

    def config(self) -> CheckpointConfig:
        """Ray's own checkpoint: a file of rows counts once its ids are written."""
        return CheckpointConfig(
            ID, self._checkpoint, delete_checkpoint_on_success=False, checkpoint_manager_cls=Recovery
        )

    def recover(self, context: DataContext) -> bool:
        """Remove what a dead job left half written; returns whether any rows are there."""
        Recovery(checkpoint_config=self.config(), data_context=context).load_checkpoint(self.rows, self._system)
        return bool(self._files(CHECKPOINT))

    def written(self) -> frozenset[str]:
        """The ids of all rows that are written."""
        files = self._committed()
        ids = dataset(files, filesystem=self._system, format="parquet").to_table([ID]) if files else pa.table({ID: []})
        return frozenset(ids.column(ID).to_pylist())

    def outcome(self) -> Outcome:
        """The rows that are there."""
        rows = self._dataset()
        if rows is None:
            return Outcome(self.rows, 0, 0)
        return Outcome(self.rows, rows.count_rows(), rows.count_rows(filter=field("state") == State.FAILED))

    def batches(self) -> Iterator[list[dict[str, Any]]]:
        """The rows that are there, some at a time."""
        rows = self._dataset()
        return iter(()) if rows is None else (batch.to_pylist() for batch in rows.to_batches(batch_size=BATCH))

    def _dataset(self) -> Any:
        """Files of rows that count: of a job that runs or died, others may be half written."""
        names = {_name(file).removesuffix(PARQUET) for file in self._committed()}
        files = [file for file in self._files(ROWS) if _name(file).rpartition("-")[0] in names]
        return dataset(files, filesystem=self._system, format="parquet") if files else None

    def _committed(self) -> list[str]:
        """Files of ids whose rows are written: rows are in NAME-N.parquet, their ids in NAME.parquet."""
        return [file for file in self._files(CHECKPOINT) if not file.endswith(PENDING_CHECKPOINT_SUFFIX + PARQUET)]

    def _files(self, below: str) -> list[str]:
        found = self._system.get_file_info(fs.FileSelector(f"{self._path}/{below}", allow_not_found=True))
        return sorted(file.path for file in found if file.path.endswith(PARQUET))


def _name(file: str) -> str:
    return file.rpartition("/")[2]


class Unfinished:
    """Leaves out the rows whose ids have been written: `map_batches` calls it in an actor."""

    def __init__(self, columns: Columns, folder: Folder) -> None:
        self._columns, self._written = columns, folder.written()

    def __call__(self, batch: pa.Table) -> pa.Table:
        """The other rows. Raises StoppedError where rows have no ids."""
        try:
            return batch.filter(pa.array([key not in self._written for key in self._columns.ids(batch)], pa.bool_()))
        except ValueError as error:
            raise StoppedError.of(error) from error


def to_run(out: str | os.PathLike[str], run: str | os.PathLike[str]) -> int:
    """Bring the rows of a job's folder into a run folder, for reports, exports and FiftyOne; returns how many it has.

    The run folder may hold rows already: of two rows of one path, one that did not fail stays, then the later one.
    Raises RunError when it holds rows that were asked otherwise, and where `out` is no job's folder.
    """
    folder = Folder(out)
    about = folder.about()
    if about is None:
        raise RunError(f"{folder.place} is not the folder of a job: it has no {ABOUT}")
    card = Card.stored(about["card"])
    with Run.writer(run, card, about["fingerprint"], about["fingerprint_parts"]) as written:
        for batch in folder.batches():
            with written.together():
                for row in batch:
                    values = [None if name in UNKNOWN else row[name] for name in WRITTEN.split(", ")[1:]]
                    written.add_raw(os.fsencode(row[ID]), values)
        return len(written)
