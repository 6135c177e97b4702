"""A run of many rows: how long it takes to write, open, count, sum up and export, and how much memory.

    python benchmarks/run_scale.py --photos 1000000
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from merge_runs import ROOT, judged, paths, timed, write

from idetex_plugin import Run
from idetex_plugin.runs.absent import missing
from idetex_plugin.runs.export import export
from idetex_plugin.runs.summary import summarise


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=1_000_000)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "run"
        began = time.monotonic()
        write(folder, paths(wanted.photos))
        timed(f"{wanted.photos} rows written, {os.path.getsize(folder / 'run.sqlite') / 1e6:.0f} MB", began)
        began = time.monotonic()
        with Run(folder) as run:
            count = len(run)
            timed(f"opened, {count} rows counted", began)
            began = time.monotonic()
            row = run.find(ROOT / "0000" / "IMG_0000500.jpg")
            assert row is not None and row.assessment == judged(row.assessment.photo.name)
            timed("one row found", began)
            began = time.monotonic()
            summarise(run)
            timed("summed up", began)
            for format_name in ("jsonl", "parquet"):
                began = time.monotonic()
                with (Path(name) / f"out.{format_name}").open("wb") as out:
                    export(run, "photos", format_name, out)
                timed(f"exported as {format_name}", began)
            began = time.monotonic()
            assert sum(1 for _ in missing(run)) == count
            timed("missing photos listed", began)


if __name__ == "__main__":
    main()
