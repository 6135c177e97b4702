from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from idetex_plugin.gating.pairs import STAGED, Pair, changed_in, pairs_of


def touch(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_folders_are_paired_by_path_without_suffix(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    touch(before / "a" / "one.png")
    touch(before / "two.jpg")
    for name in ("a/one.webp", "one.webp", "two.jpg"):
        touch(after / name)
    found = {Path(pair.compressed).relative_to(after).as_posix(): pair.original for pair in pairs_of(before, after)}
    assert found == {"a/one.webp": str(before / "a/one.png"), "one.webp": None, "two.jpg": str(before / "two.jpg")}
    touch(before / "two.png")
    with pytest.raises(ValueError, match=r"two\.jpg and .*two\.png could both be the original of two"):
        list(pairs_of(before, after))


def test_files_and_photos_without_originals(tmp_path: Path) -> None:
    one, two = touch(tmp_path / "one.jpg"), touch(tmp_path / "two.jpg")
    assert list(pairs_of(one, two)) == [Pair.named(str(two), str(one), str(two))]
    assert [pair.original for pair in pairs_of(None, tmp_path)] == [None, None]
    with pytest.raises(ValueError, match="two files or two folders"):
        list(pairs_of(one, tmp_path))


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
        Pair.named("added.webp", None, b"fresh"), Pair.named("edited.jpg", b"edited.jpg" * 50, b"new"),
        Pair.named("better.png", moved, moved),
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
