"""Files that are either written to their end or left as they were."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A binary file that takes its name only when it is complete; folders above it are made.

    Of a link, the file that it leads to is written. A pipe or a device is written to as it is. Raises OSError.
    """
    path = Path(os.path.realpath(path))
    if flows(path):
        with path.open("wb") as file:
            yield file
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(_partial(path))
    try:
        with partial.open("wb") as file:
            yield file
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def try_whole_file(path: Path) -> None:
    """Raise the OSError that `whole_file` would raise, as far as that can be known; leave nothing behind."""
    path = Path(os.path.realpath(path))
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if flows(path):
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    partial = folder / _partial(path)
    try:
        partial.open("xb").close()
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _partial(path: Path) -> str:
    return f".{path.name}.{os.getpid()}-{threading.get_ident()}.part"


def flows(path: Path) -> bool:
    """Whether this is a pipe or a device, beside which nothing can lie."""
    return path.exists() and not path.is_file() and not path.is_dir()
