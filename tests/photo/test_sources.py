from __future__ import annotations

import os
from pathlib import Path

import pytest

from idetex_plugin.photo.sources import PassedOver, find_photos


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.jpg", "a.PNG", "notes.txt", ".hidden.jpg", "deep/c.webp", "deep/.git/d.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path


def names(folder: Path, *paths: str | Path) -> list[str]:
    return [str(Path(source.path).relative_to(folder)) for source in find_photos(paths)]


def test_folders_are_walked_in_order_and_hidden_names_passed_over(folder: Path) -> None:
    assert names(folder, folder) == ["a.PNG", "b.jpg", "deep/c.webp"]


def test_a_file_comes_once_and_in_the_place_it_was_first_named(folder: Path) -> None:
    (folder / "link.jpg").symlink_to(folder / "b.jpg")
    assert names(folder, folder / "deep", folder / "b.jpg", folder) == ["deep/c.webp", "b.jpg", "a.PNG"]


def test_patterns(folder: Path) -> None:
    assert names(folder, str(folder / "*.jpg")) == ["b.jpg"]
    assert names(folder, str(folder / "**" / "*.webp")) == ["deep/c.webp"]
    (folder / "[1].jpg").write_bytes(b"x")
    assert names(folder, str(folder / "[1].jpg")) == ["[1].jpg"]


def test_what_is_missing_is_given_and_so_is_a_file_with_any_suffix(folder: Path) -> None:
    assert names(folder, folder / "absent.jpg", folder / "*.gone", folder / "notes.txt") == [
        "absent.jpg", "*.gone", "notes.txt",
    ]  # fmt: skip
    assert [source.path for source in find_photos(["https://x.org/a.jpg"])] == ["https://x.org/a.jpg"]


def test_links_that_loop_end(folder: Path) -> None:
    (folder / "deep" / "up").symlink_to(folder)
    (folder / "deep" / "self").symlink_to(folder / "deep")
    assert sorted(names(folder, folder)) == ["a.PNG", "b.jpg", "deep/c.webp"]


def test_an_unreadable_name_is_shown_and_still_opens(folder: Path) -> None:
    raw = os.fsencode(folder) + b"/caf\xe9.jpg"
    with open(raw, "wb") as file:
        file.write(b"x")
    [source] = [source for source in find_photos([folder]) if "caf" in source.name]
    assert source.name.endswith("caf\ufffd.jpg")
    assert os.path.exists(source.path)


def test_links_that_point_at_themselves_are_given_once_and_end_nothing(folder: Path) -> None:
    (folder / "x.jpg").symlink_to(folder / "y.jpg")
    (folder / "y.jpg").symlink_to(folder / "x.jpg")
    (folder / "deep" / "round").symlink_to(folder / "deep" / "round")
    assert names(folder, folder, folder) == ["a.PNG", "b.jpg", "x.jpg", "y.jpg", "deep/c.webp"]


def test_a_link_to_what_is_found_later_stands_for_it(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (folder / "deep" / "later").mkdir()
    (folder / "deep" / "later" / "z.jpg").write_bytes(b"z")
    (folder / "first.jpg").symlink_to(folder / "deep" / "later" / "z.jpg")
    (folder / "deep" / "back.jpg").symlink_to(folder / "b.jpg")
    outside = tmp_path_factory.mktemp("outside") / "blob"
    outside.write_bytes(b"o")
    (folder / "out-1.jpg").symlink_to(outside)
    (folder / "out-2.jpg").symlink_to(outside)
    passed = PassedOver()
    found = [Path(source.path).name for source in find_photos([folder], passed=passed)]
    assert found == ["a.PNG", "b.jpg", "first.jpg", "out-1.jpg", "c.webp"]
    assert passed.repeated == 3
    assert str(passed) == "3 files named twice or linked"


def test_hard_links_are_files_of_their_own(folder: Path) -> None:
    (folder / "copy.jpg").hardlink_to(folder / "b.jpg")
    assert names(folder, folder) == ["a.PNG", "b.jpg", "copy.jpg", "deep/c.webp"]


def test_kinds_that_cannot_be_judged_are_counted(folder: Path) -> None:
    for name in ("1.NEF", "2.nef", "deep/3.dds", "deep/4.pfm", ".5.nef", "6.heic", "7.jxl"):
        (folder / name).write_bytes(b"x")
    passed = PassedOver()
    found = [source.path for source in find_photos([folder], passed=passed)]
    assert [Path(path).name for path in found] == ["6.heic", "7.jxl", "a.PNG", "b.jpg", "c.webp"]
    assert str(passed) == "4 files of kinds that cannot be judged: 2 .nef, 1 .dds, 1 .pfm"


def test_a_folder_is_left_out_also_when_it_comes_into_being_later(folder: Path) -> None:
    run = folder / "deep" / "run"
    walk = find_photos([folder, run / "t.jpg"], without=run)
    found = [next(walk).path]
    for made in (run, run.with_name("run-2")):
        made.mkdir()
        (made / "t.jpg").write_bytes(b"t")
    found += [source.path for source in walk]
    assert [os.path.relpath(path, folder) for path in found] == ["a.PNG", "b.jpg", "deep/c.webp", "deep/run-2/t.jpg"]


def test_the_first_photo_comes_before_the_rest_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "a.jpg").write_bytes(b"x")
    entered: list[str] = []
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: (entered.append(path), scandir(path))[1])
    next(iter(find_photos([tmp_path])))
    assert entered == [str(tmp_path), str(tmp_path / "0")]


def test_a_large_folder_comes_in_sorted_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from idetex_plugin.photo import sources

    monkeypatch.setattr(sources, "BLOCK", 4)
    for number in range(11):
        (tmp_path / f"{number:02}.jpg").write_bytes(b"x")
    found = names(tmp_path, tmp_path)
    assert sorted(found) == [f"{number:02}.jpg" for number in range(11)]
    assert found[:4] == sorted(found[:4])


def test_a_very_deep_tree_is_walked(tmp_path: Path) -> None:
    made = [tmp_path]
    for _ in range(1200):
        made.append(made[-1] / "d")
        made[-1].mkdir()
    photo = made[-1] / "a.jpg"
    photo.write_bytes(b"x")
    try:
        assert [source.path for source in find_photos([tmp_path])] == [str(photo)]
    finally:
        photo.unlink()
        for folder in reversed(made[1:]):
            folder.rmdir()
