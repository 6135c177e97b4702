"""Datasets with a real database and the embedded checkpoint, in processes that are killed or that race."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("mongo")]
ROOT = Path(__file__).parents[2]
PHOTOS, TRIES = 72, 8
ASSESS = """
import sys, fiftyone as fo
from idetex_fiftyone import assess
done = assess(fo.load_dataset(sys.argv[1]), tasks=["description"], progress=False)
print(done.assessed + done.copies, flush=True)
"""
RACE = """
import sys, fiftyone as fo
from idetex_fiftyone import assess
from idetex_plugin.engines.scripted import ScriptedEngine
print("ready", flush=True)
for name in map(str.strip, sys.stdin):
    assess(fo.load_dataset(name), sys.argv[1], engine=ScriptedEngine({}), tasks=["description"], progress=False)
    print("done", flush=True)
"""


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Any]:
    """Crops of the demo photographs."""
    fo = pytest.importorskip("fiftyone")
    sources = [Image.open(path).convert("RGB") for path in sorted((ROOT / "demo").glob("*.jpg"))]
    made = fo.Dataset(persistent=True)
    for number in range(PHOTOS):
        source = sources[number % len(sources)]
        left = number % (source.width - 200)
        source.crop((left, 0, left + 200, 200)).save(tmp_path / f"{number}.jpg")
    made.add_samples([fo.Sample(filepath=str(tmp_path / f"{n}.jpg")) for n in range(PHOTOS)], progress=False)
    yield made
    made.delete()
    shutil.rmtree(tmp_path)


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    paths = [str(ROOT), str(ROOT / "integrations"), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def assessed(dataset: Any) -> int:
    dataset.reload()
    return len(dataset.exists("idetex_status")) if dataset.has_sample_field("idetex_status") else 0


def test_a_killed_assessment_goes_on_with_nothing_lost_or_doubled(dataset: Any) -> None:
    from fiftyone import ViewField as F

    from idetex_fiftyone import judge

    killed = start(ASSESS, dataset.name)
    while not assessed(dataset):
        assert killed.poll() is None, "it ended before anything was written"
        time.sleep(0.1)
    killed.send_signal(signal.SIGSTOP)  # or it may be done before it is killed
    judged = dataset.exists("idetex_status").values("id")
    judge(dataset.select(judged), "fair")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    done = assessed(dataset)
    before = {sample: text for sample, text in zip(*dataset.values(["id", "idetex_description"]), strict=True) if text}
    assert 0 < done < PHOTOS
    words, _ = start(ASSESS, dataset.name).communicate()
    assert int(words.split()[-1]) == PHOTOS - done
    assert assessed(dataset) == PHOTOS
    after = dict(zip(*dataset.values(["id", "idetex_description"]), strict=True))
    assert before.items() <= after.items()
    assert set(dataset.values("idetex_status.state")) <= {"ok", "failed"}
    assert dataset.match(F("idetex_review.level") == "fair").values("id") == judged


def test_two_processes_on_one_dataset_lose_no_field(dataset: Any) -> None:
    from idetex_fiftyone import runs
    from idetex_fiftyone.fields import Fields

    both = [start(RACE, name) for name in ("a", "b")]
    for process in both:
        assert process.stdout.readline() == "ready\n"
    for _ in range(TRIES):
        small = dataset.limit(4).clone(persistent=True)
        for process in both:
            process.stdin.write(f"{small.name}\n")
            process.stdin.flush()
        assert [process.stdout.readline() for process in both] == ["done\n"] * 2
        small.reload()
        assert set(runs(small)) == set(small.list_runs()) == {"a", "b"}
        for path in (*Fields("a").declared(), *Fields("b").declared()):
            assert small.get_field(path) is not None, path
        assert None not in small.values("a_status.state") + small.values("b_status.state")
        small.delete()
    for process in both:
        process.communicate()
