"""One writer at a time: the lock of a run folder, and what may become one."""

from __future__ import annotations

import os
from pathlib import Path

from filelock import FileLock, Timeout

from idetex_plugin.runs.schema import FILE_NAME, RunError, StorageError

LOCK_NAME = "run.lock"


def locked(folder: Path, *, create: bool) -> FileLock:
    """The lock, held; release it. create: make the folder if it is not there.

    Raises RunError when another process holds it, when there is no run and none is to be made, or when the folder holds
    something else; StorageError when nothing can be written.
    """
    if create:
        _check_free(folder)
    elif not (folder / FILE_NAME).is_file():
        raise RunError(f"{folder} is not a run folder: it has no {FILE_NAME}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK_NAME)
        lock.acquire(timeout=0)
    except Timeout:
        raise RunError(f"{folder} is being written by another process") from None
    except OSError as error:
        raise StorageError(f"{folder} cannot be written: {error.strerror or error}") from error
    return lock


def _check_free(folder: Path) -> None:
    try:
        if not folder.exists():
            return
        if not folder.is_dir():
            raise RunError(f"{folder} is not a folder")
        strangers = [entry for entry in os.listdir(folder) if not entry.startswith("run.")]
        if strangers and not (folder / FILE_NAME).exists():
            raise RunError(f"{folder} holds other files and no run: choose a new or empty folder for --out")
    except OSError as error:
        raise StorageError(f"{folder} cannot be read: {error.strerror or error}") from error
