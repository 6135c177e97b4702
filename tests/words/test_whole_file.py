"""A file is written to its end or left as it was, and what is no file is written to as it is."""

import os
import threading
from pathlib import Path

import pytest

from idetex_plugin.words.whole_file import try_whole_file, whole_file


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def write(fail: bool) -> None:
        with whole_file(tmp_path / "new" / "out.csv") as file:
            file.write(b"half")
            if fail:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(fail=True)
    assert list((tmp_path / "new").iterdir()) == []
    write(fail=False)
    assert (tmp_path / "new" / "out.csv").read_bytes() == b"half"


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "out.csv"
    target.parent.mkdir()
    target.write_bytes(b"old")
    (tmp_path / "link.csv").symlink_to(target)
    with whole_file(tmp_path / "link.csv") as file:
        file.write(b"new")
    assert (tmp_path / "link.csv").is_symlink() and target.read_bytes() == b"new"


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    with whole_file(pipe) as file:
        file.write(b"through")
    reader.join(30)
    assert read == [b"through"] and pipe.is_fifo()


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError), whole_file(tmp_path) as file:
        file.write(b"x")
    assert list(tmp_path.iterdir()) == []


def test_trying_leaves_nothing_behind(tmp_path: Path) -> None:
    kept = tmp_path / "kept.csv"
    kept.write_bytes(b"old")
    for path in (kept, tmp_path / "new.csv", tmp_path / "new" / "folder" / "out.csv", Path("/dev/null")):
        try_whole_file(path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.csv"] and kept.read_bytes() == b"old"


def test_trying_fails_as_writing_would(tmp_path: Path) -> None:
    kept = tmp_path / "kept.csv"
    kept.touch()
    for path, error in (
        (tmp_path, IsADirectoryError),
        (kept / "out.csv", NotADirectoryError),
        (kept / "new" / "out.csv", NotADirectoryError),
        (tmp_path / ("a" * 250), OSError),
    ):
        with pytest.raises(error):
            try_whole_file(path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.csv"]
