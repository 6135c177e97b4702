from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from idetex_plugin.gating.changes import STAGED, changed_in
from idetex_plugin.gating.pairs import Pair


def touch(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=tmp_path, check=True, capture_output=True
        )

    git("init", "-q")
    for name in ("kept.jpg", "edited.jpg", "gone.jpg", "odd näme.png", "notes.txt"):
        touch(tmp_path / name, name.encode() * 50)
    git("add", "-A")
    git("commit", "-qm", "one")
    touch(tmp_path / "edited.jpg", b"new")
    touch(tmp_path / "added.webp", b"fresh")
    touch(tmp_path / "notes.txt", b"words")
    (tmp_path / "odd näme.png").rename(tmp_path / "better.png")
    (tmp_path / "gone.jpg").unlink()
    git("add", "-A")
    return tmp_path


def test_what_changed_in_git_is_beside_what_it_was(repository: Path) -> None:
    moved = "odd näme.png".encode() * 50
    expected = {
        Pair.named("added.webp", None, b"fresh"),
        Pair.named("edited.jpg", b"edited.jpg" * 50, b"new", original_name="edited.jpg before the change"),
        Pair.named("better.png", moved, moved, original_name="better.png before the change"),
    }  # fmt: skip
    assert set(changed_in(STAGED, repository)) == expected
    assert set(changed_in("HEAD", repository)) == expected
    touch(repository / "sub" / "x.txt")
    assert set(changed_in("HEAD", repository / "sub")) == expected


def test_a_wrong_range_is_named_by_git(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(ValueError, match=r"no-such-branch"):
        list(changed_in("no-such-branch...HEAD", repository))
    with pytest.raises(ValueError, match="not a git repository"):
        list(changed_in("HEAD", tmp_path_factory.mktemp("plain")))


def test_links_are_passed_over_and_filters_such_as_git_lfs_are_applied(repository: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", *words], cwd=repository, check=True, capture_output=True)

    (repository / "link.jpg").symlink_to("kept.jpg")
    touch(repository / "large.jpg", b"pointer")
    touch(repository / ".gitattributes", b"large.jpg filter=store\n")
    git("config", "filter.store.smudge", "sed s/pointer/photo/")
    git("add", "-A")
    found = {pair.name: pair.compressed for pair in changed_in(STAGED, repository)}
    assert "link.jpg" not in found
    assert found["large.jpg"] == b"photo"


def test_an_added_photo_is_beside_the_original_that_its_name_tells(repository: Path) -> None:
    for name in ("gone.webp", "kept-320w.webp", "kept.avif", "alone.webp"):
        touch(repository / name, name.encode())
    subprocess.run(["git", "add", "-A"], cwd=repository, check=True)
    found = {pair.name: pair.original for pair in changed_in(STAGED, repository)}
    assert found["gone.webp"] == b"gone.jpg" * 50
    assert found["kept-320w.webp"] == found["kept.avif"] == b"kept.jpg" * 50
    assert found["alone.webp"] is None
    assert "gone.jpg" not in found
    names = {pair.name: pair.original_name for pair in changed_in(STAGED, repository)}
    assert (names["gone.webp"], names["alone.webp"]) == ("gone.jpg", None)
    assert names["edited.jpg"] == "edited.jpg before the change"
