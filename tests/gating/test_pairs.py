from __future__ import annotations

from pathlib import Path

import pytest

from idetex_plugin.gating.pairs import Pair, pairs_of


def touch(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def folders(tmp_path: Path, originals: str, copies: str) -> list[Pair]:
    """Pairs of two folders of files with these names."""
    before, after = tmp_path / "before", tmp_path / "after"
    for folder, names in ((before, originals), (after, copies)):
        folder.mkdir()
        for name in names.split():
            touch(folder / name)
    return list(pairs_of(before, after))


@pytest.mark.parametrize(
    ("copy", "original"),
    [
        ("two.jpg", "two.jpg"),
        ("a/one.webp", "a/one.png"),
        ("hero-320w.webp", "hero.jpg"),
        ("hero@2x.png", "hero.jpg"),
        ("hero-1200x800.avif", "hero.jpg"),
        ("hero.jpg.webp", "hero.jpg"),
        ("hero_thumb.jpg", "hero.jpg"),
        ("hero.3f9a2c1b.webp", "hero.jpg"),
        ("hero-640w@2x.webp", "hero.jpg"),
        ("Hero.webp", "hero.jpg"),
        ("trip-2024x1.webp", "trip-2024x1.tif"),
    ],
)
def test_a_copys_name_tells_its_original(tmp_path: Path, copy: str, original: str) -> None:
    [pair] = [
        pair
        for pair in folders(tmp_path, "a/one.png two.jpg hero.jpg trip.png trip-2024x1.tif", copy)
        if pair.compressed
    ]
    assert (pair.original, pair.problem) == (str(tmp_path / "before" / original), "")


def test_nothing_is_lost(tmp_path: Path) -> None:
    found = folders(tmp_path, "kept.jpg unused.jpg same.jpg same.png", "kept.webp alone.webp same.webp broken.jpg")
    problems = {Path(pair.name or "").name: pair.problem for pair in found}
    assert problems["kept.webp"] == ""
    assert problems["alone.webp"] == f"it has no original in {tmp_path / 'before'}"
    assert problems["unused.jpg"] == f"it has no copy in {tmp_path / 'after'}"
    assert "could both be its original" in problems["same.webp"]
    assert len(found) == 5
    twin = touch(tmp_path / "after" / "same.png")
    assert [
        pair.original for pair in pairs_of(tmp_path / "before", tmp_path / "after") if pair.compressed == str(twin)
    ] == [str(tmp_path / "before" / "same.png")]


def test_files_and_photos_without_originals(tmp_path: Path) -> None:
    one, two = touch(tmp_path / "one.jpg"), touch(tmp_path / "two.jpg")
    assert list(pairs_of(one, two)) == [Pair.named(str(two), str(one), str(two))]
    assert [pair.original for pair in pairs_of(None, tmp_path)] == [None, None]
    with pytest.raises(ValueError, match="two files or two folders"):
        list(pairs_of(one, tmp_path))
