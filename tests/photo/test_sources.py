from __future__ import annotations

from pathlib import Path

import pytest

from idetex_plugin.photo.sources import find_photos


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
    import os

    raw = os.fsencode(folder) + b"/caf\xe9.jpg"
    with open(raw, "wb") as file:
        file.write(b"x")
    [source] = [source for source in find_photos([folder]) if "caf" in source.name]
    assert source.name.endswith("caf\ufffd.jpg")
    assert os.path.exists(source.path)
