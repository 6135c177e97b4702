"""Assessing datasets: what is written, what is left alone, what is refused."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import fiftyone as fo
import pytest
from PIL import Image
from standins import REGION, WindowEngine, failing_on, nano_says

from idetex_fiftyone import accept, assess, finish, look, runs, to_training_records
from idetex_fiftyone.app.sample_panel import _words
from idetex_fiftyone.fields import Fields
from idetex_plugin.cards.registry import get_card
from idetex_plugin.dialects.nano import DESCRIBE, DETECT, NanoDialect
from idetex_plugin.words.request import Reply

PHOTO = Path(__file__).parents[2] / "demo" / "camera.jpg"


def regions(dataset: Any, run: str = "idetex") -> list[Any]:
    return dataset.values(f"{run}_regions.detections", unwind=True)


def test_every_field_is_declared_with_a_description_and_filled(dataset: Any, engine: WindowEngine) -> None:
    outcome = assess(dataset, progress=False)
    assert str(outcome) == "6 photos assessed"
    for path in Fields("idetex").declared():
        assert dataset.get_field(path).description, path
    for region in regions(dataset):
        assert (region.label, region.severity, region.position) == ("Noise", "Severe", REGION.box.position)
        assert region.bounding_box == pytest.approx(REGION.box.to_xywh(), abs=0.01)
        assert region.area == pytest.approx(REGION.box.area, abs=0.01)
        assert region.remedy
    assert dataset.distinct("idetex_level.label") == ["bad"]
    assert dataset.distinct("idetex_summary") == ["bad · Noise, Severe"]
    assert dataset.sort_by("idetex_measures.mean_luma").values("filepath") == dataset.values("filepath")
    assert dataset.count("idetex_score") == 6
    assert dataset.distinct("idetex_status.state") == ["ok"]
    info = runs(dataset)["idetex"]
    assert info["model"] == "nano"
    assert dataset.clone().get_field("idetex_regions").info["fingerprint"] == info["fingerprint"]


def test_graphics_are_told_from_photographs_and_thoughts_are_kept(
    dataset: Any, engine: WindowEngine, tmp_path: Path
) -> None:
    plain = Image.new("RGB", (640, 480), "white")
    plain.paste("red", (40, 40, 300, 200))
    plain.save(tmp_path / "graphic.png")
    dataset.add_samples([fo.Sample(filepath=str(tmp_path / "graphic.png")), fo.Sample(filepath=str(PHOTO))])
    engine.answer = lambda request: replace(nano_says(request), reasoning="Hm, *grain*.")
    assess(dataset, progress=False)
    kinds = dict(zip(*dataset.values(["filepath", "idetex_kind"]), strict=True))
    assert (kinds[str(tmp_path / "graphic.png")], kinds[str(PHOTO)]) == ("graphic", "photo")
    ordered = dataset.sort_by("idetex_kind").values("idetex_kind")
    assert ordered == sorted(ordered)
    [thought] = dataset.distinct("idetex_reasoning")
    assert thought.endswith(": Hm, *grain*.") and "grounding" in thought
    told = "\n".join(_words(dataset, dataset.first(), "idetex"))
    assert "Thought before the answers" in told and r"Hm, \*grain\*." in told
    dataset.delete_sample_field("idetex_reasoning")  # as of a run of an earlier version
    assert "Thought" not in "\n".join(_words(dataset, dataset.first(), "idetex"))


def test_only_new_photos_are_asked_about(dataset: Any, engine: WindowEngine) -> None:
    assess(dataset[:2], progress=False)
    asked = len(engine.asked)
    assert assess(dataset, progress=False).assessed == 4
    assert assess(dataset, progress=False).assessed == 0
    assert len(engine.asked) == 3 * asked


def test_equal_files_are_assessed_once(dataset: Any, photos: list[Path], engine: WindowEngine) -> None:
    copy = shutil.copy(photos[0], photos[0].with_name("copy.png"))
    dataset.add_samples([fo.Sample(filepath=str(copy)), fo.Sample(filepath=str(photos[1]))], progress=False)
    outcome = assess(dataset, progress=False)
    assert (outcome.assessed, outcome.copies) == (6, 2)
    assert dataset.count("idetex_regions.detections") == 8


def test_bad_files_get_a_status_and_the_others_their_results(
    dataset: Any, tmp_path: Path, engine: WindowEngine
) -> None:
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "half.png").write_bytes((tmp_path / "0.png").read_bytes()[:60])
    names = "empty.png", "half.png", "missing.png"
    dataset.add_samples([fo.Sample(filepath=str(tmp_path / name)) for name in names], progress=False)
    outcome = assess(dataset, progress=False)
    assert (outcome.assessed, outcome.failed) == (9, 3)
    failed = dataset.match(fo.ViewField("idetex_status.state") == "failed")
    assert all(failed.values("idetex_status.message"))
    assert failed.values("idetex_regions") == [None] * 3


def test_turned_and_deep_photos_are_assessed_as_they_are_shown(
    dataset: Any, tmp_path: Path, engine: WindowEngine
) -> None:
    import numpy as np
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (64, 48), (9, 90, 200)).save(tmp_path / "turned.jpg", exif=exif)
    Image.fromarray(np.full((48, 64), 40_000, np.uint16)).save(tmp_path / "deep.png")
    names = "turned.jpg", "deep.png"
    dataset.add_samples([fo.Sample(filepath=str(tmp_path / name)) for name in names], progress=False)
    assert assess(dataset, progress=False).failed == 0
    accept(dataset)
    finish(dataset)
    sizes = {Path(each.image).name: (each.width, each.height) for each in to_training_records(dataset)}
    assert (sizes["turned.jpg"], sizes["deep.png"]) == ((48, 64), (64, 48))


def test_an_unreadable_answer_is_not_a_clean_photo(dataset: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = WindowEngine(answer=failing_on(DESCRIBE))
    monkeypatch.setattr("idetex_plugin.assessing.assessor.make_engine", lambda *_, **__: (engine, "scripted"))
    assess(dataset, progress=False)
    assert dataset.count("idetex_description") == 0
    assert None not in dataset.values("idetex_status.reason")


def test_what_was_finished_is_kept_when_the_engine_dies(dataset: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = WindowEngine(answer=nano_says, slots=1, dies_after=3)
    monkeypatch.setattr("idetex_plugin.assessing.assessor.make_engine", lambda *_, **__: (engine, "scripted"))
    with pytest.raises(Exception, match="out of memory"):
        assess(dataset, progress=False)
    done = len(dataset.exists("idetex_status"))
    assert 0 < done < 6
    engine.dies_after = None
    assert assess(dataset, progress=False).assessed == 6 - done
    assert dataset.count("idetex_regions.detections") == 6


def test_others_may_edit_the_dataset(dataset: Any, photos: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def edit() -> None:
        if engine.edited:
            return
        engine.edited = True
        other = fo.load_dataset(dataset.name)
        other.delete_sample_field("idetex_level")
        other.add_sample_field("theirs", fo.StringField)
        other.delete_samples(other.last())
        shutil.copy(photos[0], photos[0].with_name("new.png"))
        other.add_sample(fo.Sample(filepath=str(photos[0].with_name("new.png")), theirs="new"))

    class Edited(WindowEngine):
        edited = False

    engine = Edited(answer=nano_says, slots=1, before_answer=edit)
    monkeypatch.setattr("idetex_plugin.assessing.assessor.make_engine", lambda *_, **__: (engine, "scripted"))
    assess(dataset, progress=False)
    dataset.reload()
    assert len(dataset) == 6
    assert dataset.count("theirs") == 1
    assert dataset.count("idetex_level") == dataset.count("idetex_status") == 5
    assert assess(dataset, progress=False).copies == 1


@pytest.mark.parametrize("run", ["save run", "", "Ünder", "9"])
def test_names_that_cannot_be_fields_are_refused(dataset: Any, engine: WindowEngine, run: str) -> None:
    with pytest.raises(ValueError, match="small letters"):
        assess(dataset, run, progress=False)


def test_fields_of_others_are_left_alone(dataset: Any, engine: WindowEngine) -> None:
    dataset.add_sample_field("idetex_score", fo.FloatField)
    with pytest.raises(ValueError, match="idetex_score"):
        assess(dataset, progress=False)
    assert not dataset.has_sample_field("idetex_regions")


def test_videos_and_groups_without_images_are_refused_by_name(tmp_path: Path, engine: WindowEngine) -> None:
    videos = fo.Dataset()
    videos.media_type = "video"
    with pytest.raises(ValueError, match="video"):
        assess(videos, progress=False)
    groups = fo.Dataset()
    groups.add_group_field("group", default="left")
    with pytest.raises(ValueError, match="no slice"):
        assess(groups, progress=False)
    videos.delete()
    groups.delete()


def test_patches_mean_the_photos_they_are_cut_from(dataset: Any, engine: WindowEngine) -> None:
    assess(dataset[:2], progress=False)
    assert assess(dataset.to_patches("idetex_regions"), "second", progress=False).assessed == 2
    assert dataset.count("second_regions.detections") == 2


def test_only_files_that_are_new_or_other_are_assessed_again(
    dataset: Any, photos: list[Path], tmp_path: Path, engine: WindowEngine
) -> None:
    late = tmp_path / "late.png"
    dataset.add_samples([fo.Sample(filepath=str(path)) for path in (late, tmp_path / "never.png")], progress=False)
    assert assess(dataset, progress=False).failed == 2
    assert str(look(dataset)) == "nothing new"
    touched = photos[1].read_bytes()
    photos[1].write_bytes(touched)
    os.utime(photos[1], (1, 1))
    Image.new("RGB", (64, 48), (1, 2, 3)).save(photos[0])
    Image.new("RGB", (64, 48), (3, 2, 1)).save(late)
    dataset.add_sample(fo.Sample(filepath=str(shutil.copy(photos[2], tmp_path / "copy.png"))))
    fresh = look(dataset)
    assert (str(fresh), fresh.changed) == ("1 new, 1 changed, 1 failed", [dataset.first().id])
    outcome = assess(dataset, progress=False)
    assert (outcome.assessed, outcome.copies, outcome.failed) == (2, 1, 0)
    assert "1 since their file changed, 1 that had failed" in str(outcome)
    assert str(look(dataset)) == "nothing new"


@pytest.mark.parametrize("url", ["https://example.com/a.jpg", "http://example.com/b/c.jpg", "s3://bucket/a.jpg"])
def test_addresses_are_refused_by_name(dataset: Any, engine: WindowEngine, url: str) -> None:
    dataset.add_sample(fo.Sample(filepath=url))
    assert assess(dataset, progress=False).failed == 1
    status = dataset.last().idetex_status
    assert (status.reason, url in status.message) == ("remote", True)


def test_a_run_says_what_is_new_and_gone_and_in_conflict(dataset: Any, engine: WindowEngine) -> None:
    assess(dataset, progress=False)
    accept(dataset[:1])
    finish(dataset[:2], reject_rest=True)
    nothing = NanoDialect(get_card("nano")).render_regions([])
    engine.answer = lambda request: Reply(nothing) if request.prompt == DETECT else nano_says(request)
    outcome = assess(dataset, only_new=False, progress=False)
    assert (outcome.changes.new, outcome.changes.gone, outcome.changes.conflicts) == (0, 6, 1)
    assert dataset.load_saved_view("idetex: conflicts").values("id") == [dataset.first().id]
    engine.answer = nano_says
    outcome = assess(dataset, only_new=False, progress=False)
    assert str(outcome).endswith("regions: 6 new")
    assert dataset.values("idetex_status.conflicts") == [0] * 6
