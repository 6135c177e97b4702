"""A run folder as an earlier version wrote it."""

import os
import shutil
import sqlite3
from pathlib import Path

HERE = Path(__file__).parent / "old_run"
FIRST_CHANGE = 1_700_000_000


def old_run(folder: Path, fingerprint: str | None = None) -> Path:
    """Put the old run and its photos into a folder; returns the run's folder. The photos lay in /photos."""
    photos = folder / "photos"
    shutil.copytree(HERE / "photos", photos)
    for number, path in enumerate(sorted(photos.iterdir())):
        os.utime(path, (FIRST_CHANGE + number, FIRST_CHANGE + number))
    run = folder / "run"
    run.mkdir()
    database = sqlite3.connect(run / "run.sqlite")
    database.executescript((HERE / "run.sql").read_text("utf-8"))
    if fingerprint is not None:
        database.execute("UPDATE run SET fingerprint = ?", (fingerprint,))
        database.commit()
    database.close()
    return run
