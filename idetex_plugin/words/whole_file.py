"""Files that are either written to their end or left as they were."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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
    partial = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with partial.open("wb") as file:
            yield file
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def flows(path: Path) -> bool:
    """Whether this is a pipe or a device, beside which nothing can lie."""
    return path.exists() and not path.is_file() and not path.is_dir()
