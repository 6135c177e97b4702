"""What Ray costs: the same photos by one process and by two actors of a local cluster, and whether the rows are equal.

The engine is a stand-in that takes its time for each photo; the actors share the slots that the one process has.

    python benchmarks/ray_overhead.py PHOTOS --photos 500
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from functools import partial
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import ray

from idetex_plugin import Assessor, Reply, Request, Run, ScriptedEngine, Work, find_photos
from idetex_plugin.runs.export import export
from idetex_ray import assess_dataset, read_photos, to_run

LOOSE = {"assessed_at"}


def says(request: Request) -> Reply:
    """The first option of a question, and as much about each picture as its middle tells."""
    if request.choices:
        first, *others = request.choices
        return Reply(first, choice_probabilities={first: 0.9} | dict.fromkeys(others, 0.1 / max(1, len(others))))
    return Reply("none")


def engine(slots: int, seconds: float) -> ScriptedEngine:
    """One that has so many photos in work, each for so long."""
    return ScriptedEngine(says, slots=slots, seconds=seconds)


def one_process(paths: list[str], folder: Path, slots: int, seconds: float) -> float:
    """Seconds that `idetex assess` would take."""
    began = time.monotonic()
    with (
        Assessor(engine=engine(slots, seconds), tasks=["perception"]) as assessor,
        Run.writer(folder, assessor.card, assessor.fingerprint, assessor.fingerprint_parts) as run,
    ):
        Work(run, assessor).do(find_photos(paths))
    return time.monotonic() - began


def by_ray(paths: list[str], folder: Path, slots: int, seconds: float, actors: int) -> float:
    """Seconds of the job, its actors' start included, that of the cluster not."""
    began = time.monotonic()
    assess_dataset(
        read_photos(paths), folder, engine=partial(engine, slots // actors, seconds), tasks=["perception"],
        actors=actors, num_cpus=0.4, batch_size=64,
    )  # fmt: skip
    return time.monotonic() - began


def lines(folder: Path) -> dict[str, dict[str, Any]]:
    """The rows of a run by path, as `idetex export` gives them, without the time."""
    with Run(folder) as run:
        export(run, "photos", "jsonl", out := BytesIO())
    rows = map(json.loads, out.getvalue().splitlines())
    return {row["path"]: {name: row[name] for name in row.keys() - LOOSE} for row in rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="photographs")
    parser.add_argument("--photos", type=int, default=500)
    parser.add_argument("--actors", type=int, default=2)
    parser.add_argument("--slots", type=int, default=16, help="photos in work at once, of all actors together")
    parser.add_argument("--seconds", type=float, default=0.5, help="how long each is")
    given = parser.parse_args()
    paths = [os.path.abspath(source.path) for source in islice(find_photos([given.folder]), given.photos)]
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled"}
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as work:
        ray.init(num_cpus=2, include_dashboard=False, _node_ip_address="127.0.0.2", log_to_driver=False, _temp_dir=work)
        started = time.monotonic() - began
        alone = one_process(paths, Path(work, "alone"), given.slots, given.seconds)
        shared = by_ray(paths, Path(work, "job"), given.slots, given.seconds, given.actors)
        to_run(Path(work, "job"), Path(work, "shared"))
        mine, theirs = lines(Path(work, "alone")), lines(Path(work, "shared"))
        ray.shutdown()
    equal = sum(theirs.get(path) == row for path, row in mine.items())
    best = len(paths) * given.seconds / given.slots
    print(f"{len(paths)} photos, {given.slots} slots of {given.seconds:g} s: {best:.1f} s at best")
    print(f"one process {alone:.1f} s; {given.actors} actors {shared:.1f} s, {shared / alone:.2f} times")
    print(f"{len(mine)} and {len(theirs)} rows, {equal} of them equal; the cluster started in {started:.1f} s")


if __name__ == "__main__":
    main()
