"""Photos of folders as a dataset of paths: whoever assesses a photo opens it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

import pyarrow as pa
import ray
from ray.data import Dataset, Datasource
from ray.data.block import BlockMetadata
from ray.data.datasource import ReadTask

from idetex_plugin.photo.sources import Source, find_photos
from idetex_ray.rows import FILE, LITTLE

BLOCK = 1000
SCHEMA = pa.schema([("path", pa.string()), (FILE, pa.binary())])


def read_photos(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> Dataset:
    """The photos of files, folders and patterns, a row each, found as by `idetex_plugin.find_photos`.

    The columns are `path`, text, and `path_bytes`, the same path as the file system has it, for names that are no text.
    The folders are walked once, lazily, where Ray reads, and each photo is opened where it is assessed: all machines
    need to see them under these paths. What cannot be read becomes a failed row of `assess_dataset`.
    """
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    return ray.data.read_datasource(Photos([_whole(os.fspath(path)) for path in given]), num_cpus=LITTLE)


class Photos(Datasource):
    """One walk through the folders, a block of paths at a time."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__()
        self.paths = paths

    def get_name(self) -> str:
        """The operator's name in Ray's plans."""
        return "Photos"

    def estimate_inmemory_data_size(self) -> int | None:
        """Unknown before the walk."""
        return None

    def get_read_tasks(self, parallelism: int, *_: Any, **__: Any) -> list[ReadTask]:
        """One task: a walk is quick beside assessing."""
        about = BlockMetadata(num_rows=None, size_bytes=None, input_files=None, exec_stats=None)
        return [ReadTask(partial(_walk, self.paths), about, schema=SCHEMA)]


def _walk(paths: list[str]) -> Iterator[pa.Table]:
    sources = find_photos(paths)
    while found := list(islice(sources, BLOCK)):
        yield pa.Table.from_pylist([_row(source) for source in found], schema=SCHEMA)


def _row(source: Source) -> dict[str, Any]:
    name = os.fsencode(source.path)
    return {"path": name.decode(errors="backslashreplace"), FILE: name}


def _whole(path: str) -> str:
    return path if "://" in path else os.path.abspath(path)
