from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lab.training.labelled import records

from idetex_plugin.lab.data.vida import Labelled, read_metadata, write_metadata
from idetex_plugin.words.vocabulary import Level, Severity

PUBLISHED = {
    "image": "0001.jpg", "mos": 2.9, "level": "fair", "width": 640, "height": 480, "extra": 1,
    "distortions": [
        {
            "id": 0, "distortion": "Blocking artifact", "coordinates": [0, 10, 990, 1000], "severity": "moderate",
            "position": "the wall on the left", "visual manifestation": "squares show.", "perception impact": "flat.",
            "region_quality_scores": [2, 3], "region_importance_score": "normal", "significance_score": 3,
        }
    ],
}  # fmt: skip


def write(folder: Path, *items: object) -> Path:
    (folder / "records.json").write_text(json.dumps(items))
    return folder / "records.json"


def test_a_published_record_is_read_as_it_is(tmp_path: Path) -> None:
    (record,) = read_metadata(write(tmp_path, PUBLISHED))
    (mark,) = record.marks
    assert (record.level, record.mos, record.keys) == (Level.FAIR, 2.9, ("Blocking artifacts",))
    assert (mark.distortion, mark.severity) == ("Blocking artifacts", Severity.MODERATE)
    assert mark.place == "the wall on the left"
    assert mark.box.to_thousand() == (0, 10, 990, 1000)
    assert (mark.manifestation, mark.impact, mark.region_quality_scores) == ("squares show.", "flat.", [2, 3])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(records, max_size=3))
def test_what_is_written_is_read_again(tmp_path: Path, made: list[Labelled]) -> None:
    path = tmp_path / "records.json"
    write_metadata(path, made)
    assert read_metadata(path) == made


def test_a_score_that_nobody_gave_is_left_out(tmp_path: Path) -> None:
    write_metadata(tmp_path / "records.json", [Labelled(image="a.png", width=8, height=8)])
    assert json.loads((tmp_path / "records.json").read_text()) == [
        {"image": "a.png", "width": 8, "height": 8, "distortions": []}
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"distortion": "Rain"}, r"distortions\.0\.distortion.*no distortion is called 'Rain'"),
        ({"coordinates": [5, 5, 5, 9]}, r"distortions\.0\.coordinates.*no area"),
        ({"coordinates": [0, 0, 1200, 900]}, r"distortions\.0\.coordinates"),
        ({"coordinates": [0, 0, 9]}, r".*four numbers"),
        ({"severity": "awful"}, r"distortions\.0\.severity"),
    ],
)
def test_faults_name_file_image_and_field(tmp_path: Path, change: dict[str, object], said: str) -> None:
    broken = {**PUBLISHED, "distortions": [{**PUBLISHED["distortions"][0], **change}]}
    with pytest.raises(ValueError, match=rf"records\.json: record 1 \(0001\.jpg\): {said}"):
        read_metadata(write(tmp_path, PUBLISHED, broken))


def test_no_list_and_no_json_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(ValueError, match=r"a\.json: no list"):
        read_metadata(tmp_path / "a.json")
    (tmp_path / "b.json").write_text("[")
    with pytest.raises(ValueError, match=r"b\.json: not JSON"):
        read_metadata(tmp_path / "b.json")
