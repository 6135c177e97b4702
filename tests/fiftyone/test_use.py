"""What the truth is good for: evaluation, calibration, training records, exports."""

import csv
import json
from pathlib import Path
from typing import Any

import fiftyone as fo
import pytest
from standins import REGION, WindowEngine

from idetex_fiftyone import (
    accept,
    assess,
    calibrate,
    correct,
    delete_run,
    draw,
    evaluate,
    export,
    false_alarms,
    finish,
    judge,
    misses,
    reject,
    to_training_records,
    undo,
)  # fmt: skip
from idetex_plugin.cards.registry import get_card
from idetex_plugin.lab.data.vida.metadata import read_metadata, write_metadata

BOX = [0.6, 0.1, 0.2, 0.3]


@pytest.fixture
def reviewed(dataset: Any, engine: WindowEngine) -> Any:
    """Six photos: two right, one right but for its severity, one another type, two wrong; a miss drawn in the last, and
    the sixth not finished."""
    assess(dataset, tasks=("grounding", "perception"), questions=(), progress=False)
    sure = [[each] for each in (0.9, 0.8, 0.7, 0.6, 0.3, 0.2)]
    dataset.set_values("idetex_regions.detections.confidence", sure)
    ids = dataset.values("idetex_regions.detections.id", unwind=True)
    accept(dataset[:2])
    correct(dataset, ids[2:3], severity="Minor")
    correct(dataset, ids[3:4], label="Low clarity")
    reject(dataset, ids=ids[4:])
    draw(dataset, dataset.values("id")[4], "Noise", BOX, "Severe")
    judge(dataset[:4], "poor")
    finish(dataset[:5])
    dataset.reload()
    return dataset


def test_evaluation_counts_by_type_and_severity(reviewed: Any) -> None:
    found = evaluate(reviewed, progress=False)
    noise, clarity = found.types["Noise"], found.types["Low clarity"]
    assert (found.photos, noise.right, noise.found, noise.there) == (5, 3, 5, 4)
    assert (noise.precision, noise.recall, clarity.precision, clarity.recall) == (0.6, 0.75, None, 0.0)
    assert found.severities == {("Severe", "Severe"): 2, ("Minor", "Severe"): 1}
    assert found.levels == {("poor", "bad"): 4}
    assert 0 < noise.ap <= 1
    assert reviewed.list_evaluations() == [found.key]
    assert len(false_alarms(reviewed)) == 2
    assert misses(reviewed).count_values("idetex_truth.detections.label") == {"Noise": 1, "Low clarity": 1}
    assert "Noise | 3 | 5 | 4 | 0.600 | 0.750" in str(found)


def test_an_evaluation_is_nothing_that_people_said(reviewed: Any, engine: WindowEngine) -> None:
    before = reviewed.values("idetex_review.details")
    evaluate(reviewed, progress=False)
    reviewed.evaluate_detections("idetex_regions", gt_field="idetex_truth", eval_key="theirs", progress=False)
    assess(reviewed, tasks=("grounding", "perception"), questions=(), only_new=False, progress=False)
    reviewed.reload()
    assert reviewed.values("idetex_review.details") == before
    undone = undo(reviewed)
    assert (undone.what, undone.photos, undone.left) == ("undone (fully reviewed)", 5, 0)
    while undo(reviewed):
        pass
    assert reviewed.count("idetex_truth.detections") == 0


def test_without_reviewed_photos_there_is_nothing_to_evaluate(dataset: Any, engine: WindowEngine) -> None:
    with pytest.raises(ValueError, match="idetex_regions"):
        evaluate(dataset)
    assess(dataset, tasks=("grounding",), progress=False)
    accept(dataset)
    for work in (evaluate, calibrate):
        with pytest.raises(ValueError, match="no photo is fully reviewed"):
            work(dataset)
    with pytest.raises(ValueError, match="no photo is fully reviewed"):
        export(dataset, "nowhere", "coco")


def test_calibration_writes_a_card_that_drops_what_was_wrong(
    reviewed: Any, tmp_path: Path, engine: WindowEngine
) -> None:
    found = calibrate(reviewed)
    assert (found.before.right, found.before.found, found.before.there) == (3, 5, 5)
    assert (found.after.right, found.after.found, found.few) == (3, 3, True)
    path = found.write(tmp_path / "mine.toml")
    card = get_card(path)
    assert card.doubt == found.doubt
    assert card.model_copy(update={"doubt": None}) == get_card("nano").model_copy(update={"doubt": None})
    assert assess(reviewed, "mine", model=str(path), progress=False).failed == 0
    reviewed.set_values("idetex_regions.detections.confidence", [[None]] * 6)
    with pytest.raises(ValueError, match="without a confidence"):
        calibrate(reviewed)


def test_fully_reviewed_photos_become_training_records(reviewed: Any, tmp_path: Path) -> None:
    finish(reviewed[5:])
    reviewed.reload()
    draw(reviewed, reviewed.first().id, "scratch", BOX)
    records = to_training_records(reviewed)
    first, second, third, fourth, fifth = records
    assert (records.open, records.skipped) == (0, {"scratch": 1, "photos without damage and without a level": 1})
    assert [each.level for each in (first, fourth, fifth)] == ["poor", "poor", None]
    assert [each.marks[0].severity for each in (second, third)] == ["Severe", "Minor"]
    assert [each.marks[0].distortion for each in (fourth, fifth)] == ["Low clarity", "Noise"]
    assert first.marks[0].box.iou(REGION.box) > 0.95 and len(first.marks) == 1
    file = tmp_path / "metadata.json"
    write_metadata(file, [first, second, third, fourth, fifth])
    assert [each.level for each in read_metadata(file)] == ["poor"] * 4 + [None]


def test_what_waits_is_no_training_record(reviewed: Any) -> None:
    records = to_training_records(reviewed)
    assert len(list(records)) == 5 and records.open == 1
    delete_run(reviewed, "idetex")
    assert len(list(to_training_records(reviewed))) == 5


def test_exports_hold_only_what_people_said(reviewed: Any, tmp_path: Path) -> None:
    for form in ("coco", "cvat", "yolo", "csv"):
        assert export(reviewed, tmp_path / form, form, progress=False) == 5
    coco = json.loads((tmp_path / "coco" / "labels.json").read_text())
    names = {each["id"]: each["name"] for each in coco["categories"]}
    assert sorted(names[each["category_id"]] for each in coco["annotations"]) == ["Low clarity"] + ["Noise"] * 4
    assert sorted(each["severity"] for each in coco["annotations"]) == ["Minor"] + ["Severe"] * 4
    assert len(coco["images"]) == len(list((tmp_path / "coco" / "data").iterdir())) == 5
    with open(tmp_path / "csv" / "truth.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["origin"] for row in rows] == ["accepted", "accepted", "corrected", "corrected", "drawn"]
    assert [row["level"] for row in rows] == ["poor"] * 4 + [""]
    for kind, folder in ((fo.types.YOLOv5Dataset, "yolo"), (fo.types.CVATImageDataset, "cvat")):
        again = fo.Dataset.from_dir(str(tmp_path / folder), dataset_type=kind, label_field="all", progress=False)
        [field] = again.get_field_schema(embedded_doc_type=fo.Detections)
        assert again.count_values(f"{field}.detections.label") == {"Low clarity": 1, "Noise": 4}
        again.delete()
    with pytest.raises(ValueError, match="choose from coco"):
        export(reviewed, tmp_path / "more", "pascal")
    with pytest.raises(ValueError, match="not empty"):
        export(reviewed, tmp_path / "csv", "csv")
