"""What commands share that write a run folder: where its photos lie, when failures stop it, and faults in words."""

from __future__ import annotations

import glob
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from idetex_plugin.cli.exits import Exit, stop

if TYPE_CHECKING:
    from idetex_plugin.assessing.assessor import Assessor
    from idetex_plugin.cli.progress import Total
    from idetex_plugin.runs.limits import FailLimit
    from idetex_plugin.runs.schema import RunError
    from idetex_plugin.runs.store import Run
    from idetex_plugin.runs.work import PhotoDone

LOGGERS = ("idetex_plugin.engines", "idetex_plugin.runs")


def code_of(error: RunError) -> Exit:
    """The exit code of a command that a run folder has stopped."""
    from idetex_plugin.runs.schema import StorageError

    return Exit.STORAGE if isinstance(error, StorageError) else Exit.USAGE


@contextmanager
def faults_in_words() -> Iterator[None]:
    """Leave with a message and a code when the run folder fails, or a file in it cannot be written."""
    from idetex_plugin.runs.schema import RunError

    try:
        yield
    except RunError as error:
        stop(error, code_of(error))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        stop(f"{where}{error.strerror or error}", Exit.STORAGE, "Rows that were written are kept.")


def open_run(out: Path, assessor: Assessor, paths: Sequence[str], root: Path | None) -> Run:
    """The run to write, whose root is what was told, else what it was, else the folder that the paths share."""
    from idetex_plugin.runs.store import Run

    run = Run.writer(out, assessor.card, assessor.fingerprint, assessor.fingerprint_parts)
    if root is not None:
        run.set_root(root)
    elif run.root is None and not len(run):
        run.set_root(shared_folder(paths))
    return run


def root_of(out: Path, paths: Sequence[str], root: Path | None) -> Path:
    """The root that `open_run` will give the run: what was told, else what it was, else what the paths share."""
    from idetex_plugin.runs.schema import FILE_NAME, RunError
    from idetex_plugin.runs.store import Run

    if root is None and (out / FILE_NAME).is_file():
        try:
            with Run(out) as run:
                root = run.root
        except RunError:
            root = None
    return root or shared_folder(paths)


def shared_folder(paths: Sequence[str]) -> Path:
    """The folder that holds all of these files, folders and patterns."""
    folders = []
    for path in paths:
        folder = os.path.abspath(path)
        while not os.path.isdir(folder) or (glob.has_magic(folder) and not os.path.lexists(folder)):
            folder = os.path.dirname(folder)
        folders.append(folder)
    return Path(os.path.commonpath(folders))


class FailWatch:
    """Calls `stop_taking` once, when so many photos have failed that the limit will be reached whatever follows.

    A share can be told once the number of all photos is known.
    """

    def __init__(self, limit: FailLimit, total: Total, stop_taking: Callable[[int], None]) -> None:
        self._limit, self._total, self._stop_taking = limit, total, stop_taking
        self._lock = threading.Lock()
        self._failed = 0
        self._stopped = False

    def step(self, step: PhotoDone) -> None:
        """Count a photo. May be called from any thread."""
        from idetex_plugin.words.failure import State

        with self._lock:
            self._failed += step.state is State.FAILED
            known = self._total.total is not None or self._limit.count is not None
            now = known and not self._stopped and self._limit.reached(self._failed, self._total.total or 0)
            self._stopped = self._stopped or now
        if now:
            self._stop_taking(self._failed)


@contextmanager
def warnings_to(say: Callable[[str], None]) -> Iterator[None]:
    """Show what engines and runs wait for, beside the progress."""

    class Teller(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            say(record.getMessage())

    teller = Teller(logging.WARNING)
    for name in LOGGERS:
        logging.getLogger(name).addHandler(teller)
    try:
        yield
    finally:
        for name in LOGGERS:
            logging.getLogger(name).removeHandler(teller)
