"""What is done with runs: saved views, other names, comparison, repair, removal."""

import os
import shutil
from pathlib import Path
from typing import Any

import fiftyone as fo
import pytest
from standins import WindowEngine

from idetex_fiftyone import (
    assess,
    assess_pairs,
    clean,
    compare,
    create_views,
    delete_run,
    duplicates,
    rename,
    repair,
    runs,
)


@pytest.fixture
def assessed(dataset: Any, engine: WindowEngine) -> Any:
    assess(dataset, progress=False)
    return dataset


def test_views(assessed: Any) -> None:
    names = create_views(assessed)
    assert names == assessed.list_saved_views()
    sizes = {name.removeprefix("idetex: "): len(assessed.load_saved_view(name)) for name in names}
    assert sizes == {
        "worst first": 6, "severe only": 6, "needs review": 6, "conflicts": 0, "clean": 0, "failed": 0,
        "equal files": 0, "Noise": 6,
    }  # fmt: skip
    with pytest.raises(ValueError, match="no run 'none'"):
        create_views(assessed, "none")


def test_clean_photos_are_good_ones_without_damage(assessed: Any) -> None:
    names = assessed.values("id")
    assessed.set_values("idetex_regions", dict.fromkeys(names[:3], fo.Detections()), key_field="id")
    levels = dict(zip(names[1:4], ("fair", "good", "good"), strict=True))
    assessed.set_values("idetex_level.label", levels, key_field="id")
    assert clean(assessed).values("id") == [names[2]]


def test_users_own_views_are_left_alone(assessed: Any) -> None:
    assessed.save_view("idetex: mine", assessed[:2])
    assessed.save_view("idetex: clean", assessed[:3])
    assert "idetex: clean" not in create_views(assessed)
    rename(assessed, "idetex", "first")
    left = {name for name in assessed.list_saved_views() if name.startswith("idetex")}
    assert left == {"idetex: mine", "idetex: clean"}
    delete_run(assessed, "first")
    assert set(assessed.list_saved_views()) == left


def test_equal_files_lie_side_by_side(dataset: Any, photos: list[Path], engine: WindowEngine) -> None:
    dataset.add_sample(fo.Sample(filepath=str(shutil.copy(photos[0], photos[0].with_name("again.png")))))
    assess(dataset, progress=False)
    assert sorted(map(os.path.basename, duplicates(dataset).values("filepath"))) == ["0.png", "again.png"]


def test_a_deleted_run_leaves_the_dataset_as_it_was(dataset: Any, engine: WindowEngine) -> None:
    fields, groups = set(dataset.get_field_schema()), dataset.app_config.sidebar_groups
    assert groups is None
    assess(dataset, progress=False)
    create_views(dataset)
    assert {group.name for group in dataset.app_config.sidebar_groups} >= {"idetex"}
    assert {"idetex_regions", "idetex_summary"} <= {each["path"] for each in dataset.app_config.color_scheme.fields}
    delete_run(dataset, "idetex")
    assert set(dataset.get_field_schema()) == fields
    assert dataset.list_saved_views() == dataset.list_runs() == dataset.app_config.color_scheme.fields == []
    assert "idetex" not in {group.name for group in dataset.app_config.sidebar_groups}
    with pytest.raises(KeyError):
        delete_run(dataset, "idetex")


def test_a_renamed_run_goes_on(assessed: Any) -> None:
    create_views(assessed)
    rename(assessed, "idetex", "first")
    assert list(runs(assessed)) == ["first"]
    assert assessed.count("first_regions.detections") == 6
    assert not any(path.startswith("idetex_") for path in assessed.get_field_schema())
    assert len(assessed.load_saved_view("first: severe only")) == 6
    assert assess(assessed, "first", progress=False).assessed == 0
    assess(assessed, "second", progress=False)
    with pytest.raises(ValueError, match="already"):
        rename(assessed, "first", "second")


def test_runs_are_compared(assessed: Any) -> None:
    assess(assessed[:4], "second", progress=False)
    found = compare(assessed, "idetex", "second")
    assert (found.photos, found.regions, found.differing) == (4, {("Noise", "both"): 4}, [])
    assessed.set_values("second_regions.detections.label", {assessed.first().id: ["Underexposure"]}, key_field="id")
    found = compare(assessed, "idetex", "second")
    assert found.regions == {("Noise", "both"): 3, ("Noise", "a"): 1, ("Underexposure", "b"): 1}
    assert found.differing == [assessed.first().id]
    with pytest.raises(ValueError, match="third"):
        compare(assessed, "idetex", "third")


def test_a_field_that_another_process_undid_comes_back_with_its_values(assessed: Any) -> None:
    question = f"idetex_{runs(assessed)['idetex']['answers'][0]}"
    for lost in ("idetex_score", question):
        before = assessed.values(lost)
        assessed._doc.sample_fields = [field for field in assessed._doc.sample_fields if field.name != lost]
        assessed._doc.save()
        assessed.reload()
        assert not assessed.has_sample_field(lost)
        repair(assessed, "idetex")
        assert assessed.values(lost) == before


def test_verdicts_go_into_their_own_field(assessed: Any) -> None:
    before = runs(assessed)["idetex"]["fingerprint"]
    outcomes = assess_pairs(assessed, "filepath", "filepath", "web", progress=False)
    assert outcomes.total() == 6
    assert set(assessed.values("idetex_verdict.label")) == set(outcomes)
    assert assess(assessed, progress=False).assessed == 0
    repair(assessed, "idetex")
    assert runs(assessed)["idetex"]["fingerprint"] == before
    assert assessed.get_field("idetex_verdict").info["policy"] == "web"
