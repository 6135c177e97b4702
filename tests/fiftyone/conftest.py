"""A dataset of six photos, and an engine that finds the same in each."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from standins import WindowEngine, nano_says

collect_ignore_glob = [] if find_spec("fiftyone") else ["test_*.py"]


@pytest.fixture(autouse=True)
def server(mongo: None) -> None:
    """Every test here needs the database."""


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> WindowEngine:
    """The embedded checkpoint seeing severe noise on the lower left of every photo."""
    engine = WindowEngine(answer=nano_says)
    monkeypatch.setattr("idetex_plugin.assessing.assessor.make_engine", lambda *_, **__: (engine, "scripted"))
    return engine


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Six photos, each of its own colour."""
    paths = [tmp_path / f"{number}.png" for number in range(6)]
    for number, path in enumerate(paths):
        Image.new("RGB", (64, 48), (number * 40, 90, 200)).save(path)
    return paths


@pytest.fixture
def dataset(photos: list[Path]) -> Iterator[Any]:
    import fiftyone as fo

    made = fo.Dataset()
    made.add_samples([fo.Sample(filepath=str(path)) for path in photos], progress=False)
    yield made
    made.delete()
