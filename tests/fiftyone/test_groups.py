"""Grouped datasets: all their slices of images are assessed, reviewed and counted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fiftyone as fo
import pytest
from PIL import Image
from standins import WindowEngine

from idetex_fiftyone import accept, assess, create_views, evaluate, figures, finish, look, to_training_records, undo


@pytest.fixture
def grouped(tmp_path: Path) -> Iterator[Any]:
    """Three groups of a left and a right photo."""
    made = fo.Dataset()
    made.add_group_field("group", default="left")
    for number in range(3):
        group = fo.Group()
        for side in ("left", "right"):
            path = tmp_path / f"{number}{side}.png"
            Image.new("RGB", (64, 48), (number * 40, 90 if side == "left" else 200, 200)).save(path)
            made.add_sample(fo.Sample(filepath=str(path), group=group.element(side)))
    yield made
    made.delete()


def test_every_slice_is_assessed_reviewed_and_counted(grouped: Any, engine: WindowEngine) -> None:
    assert assess(grouped.select_group_slices("right"), tasks=("grounding",), progress=False).assessed == 3
    assert str(look(grouped)) == "3 new"
    assert assess(grouped, tasks=("grounding",), progress=False).assessed == 3
    counts = figures(grouped, "idetex")
    assert (counts.samples, counts.photos, counts.total, counts.waiting) == (6, 6, 6, 6)
    assert accept(grouped[:1]).regions == 2
    assert accept(grouped).regions == 4
    assert finish(grouped).photos == 6
    assert evaluate(grouped, progress=False).total.right == 6
    assert len(list(to_training_records(grouped))) == 6
    undone = undo(grouped)
    assert undone is not None and undone.photos == 6
    assert figures(grouped, "idetex").reviewed == {"partly": 6}


def test_views_show_every_slice(grouped: Any, engine: WindowEngine) -> None:
    assess(grouped, tasks=("grounding",), progress=False)
    create_views(grouped)
    assert len(grouped.load_saved_view("idetex: severe only")) == 6
