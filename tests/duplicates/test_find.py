"""Near duplicates of a run folder: what is read, what is kept, what is left out."""

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from duplicates.shots import view, write_run, write_shots

from idetex_plugin import NearDuplicates, Run, RunError, near_duplicates
from idetex_plugin.duplicates.kept import FILE_NAME

pytest.importorskip("imagehash")


class Shoot:
    """Photos and their run."""

    def __init__(self, folder: Path) -> None:
        self.photos, self.run = folder / "photos", folder / "run"
        write_run(self.run, self.photos, write_shots(self.photos))

    def find(self, **options: Any) -> NearDuplicates:
        return near_duplicates(self.run, **options)

    def names(self, **options: Any) -> list[list[str]]:
        return [[photo.name for photo in group] for group in self.find(**options).groups]


@pytest.fixture
def shoot(tmp_path: Path) -> Shoot:
    return Shoot(tmp_path)


LAKE = ["lake.webp", "lake.jpg", "lake-small.jpg", "lake-turned.jpg"]
HILL = ["hill.png", "hill-bright.jpg"]


def test_the_best_of_each_group_is_first_and_those_without_a_score_last(shoot: Shoot) -> None:
    found = shoot.find()
    assert [[photo.name for photo in group] for group in found.groups] == [LAKE, HILL]
    assert (found.compared, found.read, found.spare) == (7, 7, 4)
    assert found.groups[0][0].distance == 0
    assert all(0 <= photo.distance <= found.distance for group in found.groups for photo in group)
    assert [photo.score for photo in found.groups[0]] == [4.25, 3.5, 2.0, None]
    assert found.groups[0][3].path == shoot.photos / "lake-turned.jpg"
    assert [(each.name, each.reason) for each in found.left_out] == [("broken.jpg", "The file ends early.")]


def test_equal_scores_are_decided_by_the_larger_photo_and_then_the_larger_file(shoot: Shoot) -> None:
    bright, plain = (shoot.photos / name for name in ("hill-bright.jpg", "hill.png"))
    assert bright.stat().st_size < plain.stat().st_size
    assert shoot.names()[1] == HILL


def test_pixels_can_be_preferred_to_the_score(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    write_shots(photos)
    run = write_run(tmp_path / "run", photos, {"lake-small.jpg": 5.0, "lake.jpg": 2.0, "lake.webp": 3.0})
    [by_score], [by_pixels] = (near_duplicates(run, prefer=prefer).groups for prefer in ("score", "pixels"))
    assert [photo.name for photo in by_score] == ["lake-small.jpg", "lake.webp", "lake.jpg"]
    assert [photo.name for photo in by_pixels] == ["lake.webp", "lake.jpg", "lake-small.jpg"]


def test_the_second_time_nothing_is_read(shoot: Shoot, monkeypatch: pytest.MonkeyPatch) -> None:
    first = shoot.find()
    monkeypatch.setattr("idetex_plugin.duplicates.find.load_photo", lambda *given, **named: pytest.fail("was read"))
    again = shoot.find()
    assert (again.read, again.groups) == (0, first.groups)


def test_hashes_belong_to_content_and_not_to_places(shoot: Shoot, tmp_path: Path) -> None:
    first = shoot.find()
    shoot.photos.rename(tmp_path / "elsewhere")
    with Run.opened(shoot.run) as run:
        run.set_root(tmp_path / "elsewhere")
    again = shoot.find()
    assert again.read == 0
    assert [len(group) for group in again.groups] == [len(group) for group in first.groups]


def test_what_is_gone_or_has_changed_is_named_and_never_the_one_to_keep(shoot: Shoot) -> None:
    shoot.find()
    (shoot.photos / "lake.webp").unlink()
    view(9).save(shoot.photos / "hill.png")
    found = shoot.find()
    assert [[photo.name for photo in group] for group in found.groups] == [LAKE[1:]]
    reasons = {each.name: each.reason for each in found.left_out}
    assert reasons["lake.webp"] == "is not there, or may not be read"
    assert reasons["hill.png"] == "has changed since it was assessed"
    assert found.compared + len(found.left_out) == 8


def test_a_file_that_cannot_be_decoded_is_named(shoot: Shoot) -> None:
    whole = (shoot.photos / "alone.jpg").read_bytes()
    (shoot.photos / "alone.jpg").write_bytes(whole[:200])
    [broken] = [each for each in shoot.find().left_out if each.name == "alone.jpg"]
    assert broken.reason
    assert "alone.jpg" not in broken.reason


def test_a_new_date_alone_changes_nothing(shoot: Shoot) -> None:
    os.utime(shoot.photos / "lake.jpg", (1, 1))
    assert shoot.names() == [LAKE, HILL]


def test_equal_files_are_a_group_at_distance_0(shoot: Shoot, tmp_path: Path) -> None:
    shutil.copy(shoot.photos / "alone.jpg", shoot.photos / "copy.jpg")
    run = write_run(tmp_path / "other", shoot.photos, {"alone.jpg": 2.0, "copy.jpg": 2.0})
    [group] = near_duplicates(run, distance=0).groups
    assert [(photo.name, photo.distance) for photo in group] == [("alone.jpg", 0), ("copy.jpg", 0)]


def test_hashes_that_were_damaged_are_made_again(shoot: Shoot) -> None:
    shoot.find()
    (shoot.run / FILE_NAME).write_bytes(b"no database " * 100)
    found = shoot.find()
    assert found.read == 7
    assert FILE_NAME in found.problem
    again = shoot.find()
    assert (again.read, again.problem) == (0, "")


def test_a_hash_of_another_length_is_not_believed(shoot: Shoot) -> None:
    shoot.find()
    with sqlite3.connect(shoot.run / FILE_NAME) as base:
        base.execute("UPDATE hashes SET hash = x'00'")
    base.close()
    assert shoot.names() == [LAKE, HILL]


def test_where_hashes_cannot_be_kept_they_are_used_all_the_same(shoot: Shoot) -> None:
    (shoot.run / FILE_NAME).mkdir()
    found = shoot.find()
    assert [len(group) for group in found.groups] == [4, 2]
    assert "the hashes are not kept" in found.problem


def test_what_was_hashed_before_a_stop_is_kept(shoot: Shoot) -> None:
    seen = []

    def stop(left_out: bool) -> None:
        seen.append(left_out)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        near_duplicates(shoot.run, jobs=1, on_photo=stop)
    assert shoot.find().read == 4


def test_an_open_run_is_taken_and_left_open(shoot: Shoot) -> None:
    with Run(shoot.run) as run:
        assert len(near_duplicates(run).groups) == 2
        assert len(run) == 8


@pytest.mark.parametrize("options", [{"distance": -1}, {"distance": 128}, {"jobs": 0}, {"prefer": "size"}])
def test_wrong_numbers_are_refused(shoot: Shoot, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        shoot.find(**options)


def test_no_run_is_a_run_error(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not a run folder"):
        near_duplicates(tmp_path)


def test_a_run_without_photos(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", tmp_path, {})
    found = near_duplicates(run)
    assert (found.compared, found.groups, len(found.left_out)) == (0, (), 1)
