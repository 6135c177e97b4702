"""Reading one run, or several as if they were one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from idetex_plugin.runs.store import Run


@contextmanager
def opened(folders: Sequence[Path]) -> Iterator[Run]:
    """The run, or for several what their merge would be, which is written to a temporary folder. Raises RunError."""
    from idetex_plugin.runs.merge import merge
    from idetex_plugin.runs.store import Run

    if len(folders) == 1:
        with Run(folders[0]) as run:
            yield run
        return
    with TemporaryDirectory(prefix="idetex-merge-") as scratch:
        merge(folders, Path(scratch) / "run")
        with Run(Path(scratch) / "run") as run:
            yield run
