"""The walk that gives a dataset of paths."""

import os
from pathlib import Path

import pytest
from standins import write_photos

from idetex_ray import files
from idetex_ray.files import Photos
from idetex_ray.rows import FILE


def test_every_photo_of_a_folder_comes_once_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "BLOCK", 4)
    written = write_photos(tmp_path / "photos", 9)
    odd = os.fsencode(tmp_path / "photos") + b"/caf\xe9.jpg"
    Path(os.fsdecode(odd)).write_bytes(written[0].read_bytes())
    (tmp_path / "photos" / "notes.txt").write_text("none")
    [task] = Photos([str(tmp_path / "photos"), str(tmp_path / "missing.jpg")]).get_read_tasks(200)
    blocks = list(task())
    assert [block.num_rows for block in blocks] == [4, 4, 3]
    rows = [row for block in blocks for row in block.to_pylist()]
    assert [row["path"] for row in rows if row[FILE] != odd] == [*map(str, written), str(tmp_path / "missing.jpg")]
    assert [row["path"] for row in rows if row[FILE] == odd] == [f"{tmp_path}/photos/caf\\xe9.jpg"]
