"""A job's folder: it belongs to one fingerprint, and its rows go into a run folder."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_up import half_failed, judged, unreadable

from idetex_plugin.cards.registry import get_card
from idetex_plugin.runs.flat import photo_columns
from idetex_plugin.runs.schema import RunError
from idetex_plugin.runs.store import Run
from idetex_plugin.words.assessment import Assessment
from idetex_ray import to_run
from idetex_ray.actor import About, StoppedError
from idetex_ray.folder import Folder, Outcome, Unfinished
from idetex_ray.rows import Columns, to_table

ABOUT = About(get_card("nano"), "f" * 16, {"prompts": "1", "tasks": "grounding"})


def test_a_folder_belongs_to_one_way_of_asking(tmp_path: Path) -> None:
    Folder(tmp_path / "job").begin(ABOUT)
    Folder(tmp_path / "job").begin(ABOUT)
    other = About(ABOUT.card, "0" * 16, {"prompts": "2", "tasks": "grounding"})
    with pytest.raises(RunError, match=r"cannot be continued by nano as asked now \(different: prompts\)"):
        Folder(tmp_path / "job").begin(other)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '"text"'])
def test_what_is_no_jobs_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(RunError, match=r"run\.json is not that of a job"):
        Folder(tmp_path).begin(ABOUT)
    with pytest.raises(RunError, match=r"nowhere is not the folder of a job"):
        to_run(tmp_path / "nowhere", tmp_path / "run")


def write(job: Path, name: str, items: list[tuple[str, Assessment]], suffix: str = "") -> Path:
    """A file of rows and one of their ids, as Ray's writer leaves them; returns the file of rows."""
    rows, ids = (job / folder for folder in ("rows", "checkpoint"))
    rows.mkdir(exist_ok=True)
    ids.mkdir(exist_ok=True)
    pq.write_table(to_table(photo_columns((), ()), items), rows / f"{name}-0.parquet")
    pq.write_table(pa.table({"path": [path for path, _ in items]}), ids / f"{name}{suffix}.parquet")
    return rows / f"{name}-0.parquet"


def test_a_file_that_is_half_written_does_not_count(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "job")
    folder.begin(ABOUT)
    write(tmp_path / "job", "1_0", [("/p/a.jpg", judged("a.jpg"))])
    torn = write(tmp_path / "job", "1_1", [("/p/b.jpg", judged("b.jpg"))], suffix=".pending")
    torn.write_bytes(torn.read_bytes()[:400])
    write(tmp_path / "job", "1_2", [("/p/c.jpg", judged("c.jpg"))], suffix=".pending")
    assert folder.outcome() == Outcome(folder.rows, 1, 0)
    assert to_run(tmp_path / "job", tmp_path / "run") == 1


def test_rows_go_into_a_run_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "job")
    folder.begin(ABOUT)
    assert folder.outcome() == Outcome(folder.rows, 0, 0)
    said = {"/p/a.jpg": judged("a.jpg"), "/p/b.jpg": half_failed("b.jpg"), "s3://p/c.jpg": unreadable("c.jpg")}
    for name, items in {"1_0": [*said.items()][:2], "1_1": [*said.items()][2:]}.items():
        write(tmp_path / "job", name, items)
    assert folder.outcome() == Outcome(folder.rows, 3, 2)
    assert to_run(tmp_path / "job", tmp_path / "run") == 3
    assert to_run(tmp_path / "job", tmp_path / "run") == 3
    with Run(tmp_path / "run") as run:
        assert {str(row.path): row.assessment for row in run.rows()} == {
            "/p/a.jpg": said["/p/a.jpg"], "/p/b.jpg": said["/p/b.jpg"], "s3:/p/c.jpg": said["s3://p/c.jpg"]
        }  # fmt: skip
        assert (run.description() or {})["fingerprint"] == ABOUT.fingerprint
        assert run.query("SELECT level, score FROM photos WHERE name = 'a.jpg'") == [
            (said["/p/a.jpg"].quality.level, said["/p/a.jpg"].quality.score)  # type: ignore[union-attr]
        ]


def test_ids_count_once_their_file_is_written(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.written() == frozenset()
    (tmp_path / "checkpoint").mkdir()
    pq.write_table(pa.table({"path": ["a", "b"]}), tmp_path / "checkpoint" / "1_0.parquet")
    pq.write_table(pa.table({"path": ["c"]}), tmp_path / "checkpoint" / "1_1.pending.parquet")
    unfinished = Unfinished(Columns(), folder)
    assert unfinished(pa.table({"path": ["c", "a", "d"]})).to_pylist() == [{"path": "c"}, {"path": "d"}]
    assert unfinished(pa.table({"path": pa.array([], pa.string())})).num_rows == 0
    with pytest.raises(StoppedError, match="no column 'path'"):
        unfinished(pa.table({"bytes": [b""]}))
