"""Labels for the bench from what people said in a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from standins import WindowEngine
from typer.testing import CliRunner

from idetex_plugin.cli.app import app
from idetex_plugin.lab.evaluation.bench.labels import read_labels
from idetex_plugin.words.vocabulary import VIDA


def fill(dataset: Any, name: str, values: list[Any]) -> None:
    for sample, value in zip(dataset, values, strict=False):
        sample[name] = value
        sample.save()


def known(dataset: Any, folder: Path, *words: str) -> Any:
    out = folder / "labels.csv"
    arguments = ["fiftyone", "labels", dataset.name, "--out", str(out), *words]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return read_labels(out, [])


def test_regions_that_people_drew_become_labels_with_boxes(dataset: Any, photos: list[Path], tmp_path: Path) -> None:
    import fiftyone as fo

    drawn = fo.Detection(label="motion_blur", bounding_box=[0.25, 0, 0.5, 1])
    fill(dataset, "truth", [fo.Detections(detections=[drawn, drawn.copy()]), fo.Detections()])
    labels = known(dataset, tmp_path, "--field", "truth")
    assert list(labels.photos) == photos[:2]
    assert labels.photos[photos[0]] == {
        **dict.fromkeys(VIDA.names, False), "Motion blur": True, "any damage": True,
    }  # fmt: skip
    assert labels.photos[photos[1]] == dict.fromkeys((*VIDA.names, "any damage"), False)
    assert [(box.x1, box.x2) for box in labels.boxes[photos[0], "Motion blur"]] == [(0.25, 0.75)] * 2


def test_what_was_not_looked_at_is_not_said_to_be_absent(dataset: Any, photos: list[Path], tmp_path: Path) -> None:
    import fiftyone as fo

    noise = fo.Classification(label="Noise")
    fill(dataset, "seen", [noise, noise.copy(), noise.copy()])
    fill(dataset, "state", ["fully", "partly", None])
    labels = known(dataset, tmp_path, "--field", "seen", "--complete", "state")
    assert [len(labels.photos[photo]) for photo in photos[:3]] == [11, 1, 1]
    assert labels.photos[photos[1]] == {"Noise": True}


def test_the_truth_of_reviewed_photos_becomes_labels(
    dataset: Any, photos: list[Path], tmp_path: Path, engine: WindowEngine
) -> None:
    from idetex_fiftyone import accept, assess, finish

    assess(dataset, tasks=("grounding",), progress=False)
    accept(dataset[:2])
    finish(dataset[:1])
    labels = known(dataset, tmp_path, "--field", "idetex_truth", "--complete", "idetex_review.state")
    assert [len(labels.photos[photo]) for photo in photos[:2]] == [11, 1]
    assert list(labels.photos) == photos[:2]


def test_other_fields_are_refused_by_name(dataset: Any, tmp_path: Path) -> None:
    import fiftyone as fo

    fill(dataset, "fog", [fo.Classifications(classifications=[fo.Classification(label="Fog")])])
    for field, problem in (("gone", "no field 'gone'"), ("fog", "'Fog' is no distortion"), ("filepath", "holds str")):
        out = tmp_path / f"{field}.csv"
        result = CliRunner().invoke(app, ["fiftyone", "labels", dataset.name, "--field", field, "--out", str(out)])
        assert result.exit_code == 2 and problem in result.stderr
        assert not out.exists()
    result = CliRunner().invoke(app, ["fiftyone", "labels", "no such", "--field", "fog", "--out", str(tmp_path / "x")])
    assert result.exit_code == 2 and "no such" in result.stderr


@pytest.fixture(autouse=True)
def saved(dataset: Any) -> None:
    """A dataset with a name that another process could load."""
    dataset.persistent = True
