"""The served report of a run of many rows: how long the tables, pages, searches, filters and orders take, and memory.

    python benchmarks/report_scale.py --photos 1000000
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from merge_runs import paths, write

from idetex_plugin import Run
from idetex_plugin.report.index import INDEX_NAME, RowQuery
from idetex_plugin.report.paged import PAGE_ROWS, PagedReport

WISHES = {
    "order of the run": RowQuery(),
    "score, worst first": RowQuery(order="score-up"),
    "severity, worst first": RowQuery(order="severity"),
    "name": RowQuery(order="name"),
    "noise measured, most first": RowQuery(order="measure-noise-down"),
    "search of one file": RowQuery("IMG_0000500"),
    "search of a folder": RowQuery("0007"),
    "search that three quarters fit": RowQuery("noise"),
    "the same, worst first": RowQuery("noise", order="score-up"),
    "search of nothing": RowQuery("zebra"),
    "level bad": RowQuery(chosen={"level": ["bad"]}, order="score-up"),
    "noise measured, a range": RowQuery(ranges={"noise": (2.0, 4.0)}),
    "same content": RowQuery(chosen={"content": ["Same content as another"]}, order="copies"),
    "noise, minor, level bad": RowQuery(chosen={"distortion": ["Noise"], "severity": ["Minor"], "level": ["bad"]}),
}


def timed(what: str, work: Callable[[], object]) -> None:
    """Print how long it took, twice, and the processor's share of the first."""
    began, cpu = time.monotonic(), time.process_time()
    found = work()
    first, busy = time.monotonic() - began, time.process_time() - cpu
    began = time.monotonic()
    work()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| {what} | {first:.3f} | {time.monotonic() - began:.3f} | {busy:.3f} | {memory:.0f} | {found} |", flush=True
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=1_000_000)
    parser.add_argument("--run", type=Path, default=None, help="a run of your own instead")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = wanted.run or Path(name) / "run"
        if wanted.run is None:
            write(folder, paths(wanted.photos))
        print("| what | s | again, s | processor, s | MiB at most | found |\n| --- | --- | --- | --- | --- | --- |")
        with Run(folder) as run:
            opened: list[PagedReport] = []
            timed("opened (again: with its tables made)", lambda: opened.append(PagedReport(run)))
            print(f"tables: {(folder / INDEX_NAME).stat().st_size / 1e6:.0f} MB")
            report = opened[0]
            timed("head of the page", lambda: report.about()["photos"])
            for what, wish in WISHES.items():
                timed(what, lambda wish=wish: len(report.page(wish, 0)["rows"]))
                timed(f"{what}: counted", lambda wish=wish: report.count(wish))
            last = len(run) // PAGE_ROWS - 1
            timed("last page, by score", lambda: len(report.page(RowQuery(order="score-up"), last)["rows"]))
            for each in opened:
                each.close()


if __name__ == "__main__":
    main()
