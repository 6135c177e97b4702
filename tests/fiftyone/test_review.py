"""Reviewing regions, counting them, and training records from what was settled."""

from pathlib import Path
from typing import Any

import pytest
from standins import REGION, WindowEngine

from idetex_fiftyone import accept, assess, figures, reject, relabel, reset, to_training_records, undo
from idetex_plugin.lab.data.vida.metadata import read_metadata, write_metadata


@pytest.fixture
def assessed(dataset: Any, engine: WindowEngine) -> Any:
    assess(dataset, progress=False)
    return dataset


def ids(dataset: Any) -> list[str]:
    return dataset.values("idetex_regions.detections.id", unwind=True)


def test_one_some_and_all_regions_are_reviewed(assessed: Any) -> None:
    first, second, *_ = ids(assessed)
    assert accept(assessed, ids=[first]) == 1
    assert reject(assessed, ids=[first, second]) == 2
    assert assessed.count_label_tags("idetex_regions") == {"rejected": 2}
    assert accept(assessed[2:]) == 4
    assert figures(assessed, "idetex").reviewed == 6
    reset(assessed, ids=[first])
    assert figures(assessed, "idetex").regions == {
        ("Noise", "Severe", "accepted"): 4, ("Noise", "Severe", "rejected"): 1, ("Noise", "Severe", "waiting"): 1
    }  # fmt: skip


def test_hidden_regions_are_not_touched(assessed: Any) -> None:
    from fiftyone import ViewField as F

    assert accept(assessed.filter_labels("idetex_regions", F("label") == "Edge aliasing effect")) == 0
    assert figures(assessed, "idetex").reviewed == 0
    assert len(ids(assessed)) == 6


def test_relabelling_accepts_and_can_be_undone(assessed: Any) -> None:
    [region, *_] = ids(assessed)
    decision = relabel(assessed, "idetex", region, "Edge aliasing effect")
    assert assessed.count_values("idetex_regions.detections.label") == {"Noise": 5, "Edge aliasing effect": 1}
    undo(assessed, "idetex", decision)
    assert assessed.count_values("idetex_regions.detections.label") == {"Noise": 6}
    assert figures(assessed, "idetex").reviewed == 0


def test_settled_photos_become_training_records(assessed: Any, tmp_path: Path) -> None:
    first, second, *_ = ids(assessed)
    relabel(assessed, "idetex", first, "Edge aliasing effect")
    reject(assessed, ids=[second])
    corrected, clean = to_training_records(assessed)
    [mark] = corrected.marks
    assert (mark.distortion, mark.severity, corrected.width, corrected.height) == (
        "Edge aliasing effect", REGION.severity, 64, 48
    )  # fmt: skip
    assert mark.box.iou(REGION.box) > 0.95
    assert clean.marks == ()
    file = tmp_path / "metadata.json"
    write_metadata(file, [corrected, clean])
    again = read_metadata(file)
    assert [(each.image, len(each.marks)) for each in again] == [(corrected.image, 1), (clean.image, 0)]
    assert again[0].marks[0].box.iou(mark.box) > 0.95
