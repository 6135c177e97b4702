"""A cluster of this machine: actors and drivers that are killed, services that fail, and rows as of one process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from faults.desk import Server
from ray_engines import noting
from standins import nano_says, write_photos

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.engines.base import EngineDeadError
from idetex_plugin.engines.scripted import ScriptedEngine
from idetex_plugin.photo.sources import find_photos
from idetex_plugin.runs.export import export
from idetex_plugin.runs.store import Run
from idetex_plugin.runs.work import Work

ray = pytest.importorskip("ray", reason="ray is not installed")
pytestmark = pytest.mark.integration
PHOTOS, BATCH = 48, 4
TASKS = ("perception",)
SMALL = {"actors": 2, "num_cpus": 0.4, "batch_size": BATCH, "rows_per_file": BATCH, "tasks": TASKS}
DRIVER = """
import sys
from functools import partial
from pathlib import Path
import ray
from ray_engines import noting
from idetex_ray import assess_dataset, read_photos
address, photos, out, notes = sys.argv[1:]
ray.init(address, log_to_driver=False)
engine = partial(noting, Path(notes), 0.6)
assess_dataset(read_photos(photos), out, engine=engine, {options})
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a cluster of two processors, on this machine alone: Ray takes 127.0.0.1 for the machine's own."""
    wanted = {
        "RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled", "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }  # fmt: skip
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    with TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder:
        context = ray.init(
            num_cpus=2, include_dashboard=False, _node_ip_address="127.0.0.2", object_store_memory=200 << 20,
            log_to_driver=False, logging_level="error", _temp_dir=folder,
        )  # fmt: skip
        yield context.address_info["address"]
        ray.shutdown()
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


def wait_for(what: Callable[[], Any], process: subprocess.Popen[bytes]) -> Any:
    deadline = time.monotonic() + 120
    while not (found := what()):
        assert process.poll() is None, "the driver ended early"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def rows_of(out: Path) -> dict[str, dict[str, Any]]:
    """Rows by path, without what only a run of one process knows, and the time. Fails when a photo has two."""
    import pyarrow.parquet as pq

    rows = pq.read_table(out).drop_columns(["assessed_at", "duplicates"]).to_pylist()
    by_path = {row["path"]: {name: value for name, value in row.items() if value is not None} for row in rows}
    assert len(by_path) == len(rows), "a photo has two rows"
    return by_path


def rows_of_one_process(photos: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """The rows that `idetex assess` and `idetex export` give."""
    with Assessor(engine=ScriptedEngine(nano_says), tasks=TASKS) as assessor:
        asked = assessor.card, assessor.fingerprint, assessor.fingerprint_parts
        with Run.writer(folder, *asked) as run, (folder / "rows.parquet").open("wb") as file:
            Work(run, assessor).do(find_photos([photos]))
            export(run, "photos", "parquet", file)
    return rows_of(folder / "rows.parquet")


def leave_half_written(out: Path) -> None:
    """What is there when a driver dies after a file of rows and before its ids, and in the middle of another."""
    rows, ids = (min((out / folder).glob("*.parquet")) for folder in ("rows", "checkpoint"))
    shutil.copy(rows, out / "rows" / "dead_000000_000000-0.parquet")
    (out / "rows" / "dead_000000_000001-0.parquet").write_bytes(rows.read_bytes()[:400])
    for number in range(2):
        shutil.copy(ids, out / "checkpoint" / f"dead_000000_00000{number}.pending.parquet")


def test_a_killed_actor_and_a_killed_driver_lose_what_was_in_flight(cluster: str, tmp_path: Path) -> None:
    from idetex_ray import Outcome, assess_dataset, read_photos, to_run

    photos, out, first, second = (tmp_path / name for name in ("photos", "out", "first", "second"))
    write_photos(photos, PHOTOS)
    (photos / "broken.jpg").write_bytes(b"no image")
    for notes in (first, second):
        notes.mkdir()
    code = DRIVER.replace("{options}", ", ".join(f"{name}={value!r}" for name, value in SMALL.items()))
    arguments = [sys.executable, "-c", code, cluster, *map(str, (photos, out, first))]
    driver = subprocess.Popen(arguments)
    try:
        actors = wait_for(lambda: found if len(found := list(first.iterdir())) == 2 else None, driver)
        os.kill(int(actors[0].name), signal.SIGKILL)
        wait_for(lambda: len(list(first.iterdir())) == 3, driver)
        wait_for(lambda: len(list((out / "checkpoint").glob("*.parquet"))) >= 3, driver)
    finally:
        driver.kill()
        driver.wait()
    leave_half_written(out)
    written = to_run(out, tmp_path / "early")
    assert 2 * BATCH <= written < PHOTOS
    done = assess_dataset(read_photos(photos), out, engine=partial(noting, second, 0.0), **SMALL | {"actors": 1})
    assert done == Outcome(str(out / "rows"), PHOTOS + 1, 1)
    assert rows_of(out / "rows") == rows_of_one_process(photos, tmp_path / "run")
    asked = len({line for notes in second.iterdir() for line in notes.read_text().splitlines()})
    assert asked <= PHOTOS + 1 - written


def test_a_services_fault_stops_the_job_and_fails_no_photo(cluster: str, tmp_path: Path) -> None:
    from idetex_ray import Outcome, assess_dataset
    from idetex_ray.folder import Folder

    write_photos(tmp_path / "photos", 24)
    server = Server()
    try:
        server.tell(fault="401", first=60)
        reading = partial(ray.data.read_binary_files, str(tmp_path / "photos"), include_paths=True)
        few = SMALL | {"actors": 1, "slots": 4, "wait_for_server": 1}
        again = partial(assess_dataset, out=tmp_path / "out", url=server.url, **few)
        with pytest.raises(EngineDeadError, match="Incorrect API key"):
            again(reading())
        written = Folder(tmp_path / "out").outcome()
        assert written.photos < 24 and written.failed == 0
        server.tell(fault="")
        assert again(reading()) == Outcome(str(tmp_path / "out" / "rows"), 24, 0)
        assert len(rows_of(tmp_path / "out" / "rows")) == 24
    finally:
        server.kill()


def test_actors_that_take_every_processor_are_refused(cluster: str, tmp_path: Path) -> None:
    from idetex_ray import assess_dataset

    with pytest.raises(ValueError, match=r"2 actors of 1 CPUs leave none of the cluster's 2"):
        assess_dataset(ray.data.range(1), tmp_path, actors=2)
    assert not list(tmp_path.iterdir())
