from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from idetex_plugin.lab.data import pack, photos


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    names = {"train": ["a/one.jpg", "two.png"], "validation": ["three.jpg"]}
    monkeypatch.setattr(photos, "listed", names.__getitem__)
    rng = np.random.default_rng(0)
    for name in (*names["train"], *names["validation"]):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (700, 1800, 3), np.uint8)).save(path)
    return tmp_path / "photos"


def test_photographs_are_packed_into_so_many_bytes_under_their_names(folder: Path, tmp_path: Path) -> None:
    side, quality = pack.pack(folder, tmp_path / "out", 1_000_000)
    packed = {path.relative_to(tmp_path / "out").as_posix(): path for path in (tmp_path / "out").rglob("*.*")}
    assert set(packed) == {"a/one.jpg", "two.png", "three.jpg"}
    assert sum(path.stat().st_size for path in packed.values()) <= 1_000_000
    assert (side, quality) < (1600, 92)
    assert {max(photos.read(path).shape) for path in packed.values()} == {side}


def test_what_fits_as_it_is_keeps_its_bytes(folder: Path) -> None:
    small = folder / "small.jpg"
    Image.new("RGB", (40, 30), "red").save(small, quality=20)
    assert pack.small(small, 1600, 92) == small.read_bytes()


def test_what_cannot_fit_is_an_error_and_writes_nothing(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="3 photographs do not fit 1000 bytes"):
        pack.pack(folder, tmp_path / "out", 1000)
    assert not (tmp_path / "out").exists()
