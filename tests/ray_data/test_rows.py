"""What rows of Ray's readers come to, and that rows of assessments are those of an export."""

import hashlib
import os
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from standins import WindowEngine, nano_says

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.runs.export import export
from idetex_plugin.runs.rows import Stamp
from idetex_plugin.runs.store import Run
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.failure import State
from idetex_plugin.words.question import Question
from idetex_ray.rows import FILE, Columns, columns_of, to_table


def jpeg(shade: int = 128) -> bytes:
    file = BytesIO()
    Image.new("RGB", (48, 40), (shade, 90, 30)).save(file, "JPEG")
    return file.getvalue()


def table(**columns: Any) -> pa.Table:
    return pa.table({name.replace("url", "__url__").replace("key", "__key__"): each for name, each in columns.items()})


def assessed(batch: pa.Table, **columns: str) -> list[Assessment]:
    with Assessor(engine=WindowEngine(answer=nano_says)) as assessor:
        said = dict(assessor.stream(enumerate(Columns(**columns).photos(batch))))
    return [said[number] for number in range(batch.num_rows)]


def test_ids_are_paths_or_samples_or_a_column_by_name() -> None:
    assert Columns().ids(table(path=["a.jpg", "b.jpg"], id=[1, 2])) == ["a.jpg", "b.jpg"]
    assert Columns(id="id").ids(table(path=["a.jpg", "b.jpg"], id=[1, 2])) == ["1", "2"]
    assert Columns().ids(table(url=["/s/0.tar", "/s/1.tar"], key=["n/7", "n/7"])) == ["/s/0.tar/n/7", "/s/1.tar/n/7"]
    assert Columns(id="id").ids(pa.table({"id": [b"caf\xe9"]})) == ["caf\\xe9"]


def test_rows_without_ids_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"no column 'path' of unique ids, only bytes.*include_paths"):
        Columns().ids(table(bytes=[b""]))
    with pytest.raises(ValueError, match="no column 'uid'"):
        Columns(id="uid").ids(table(path=["a"]))
    with pytest.raises(ValueError, match="no id in column path"):
        Columns().ids(table(path=["a", None]))
    with pytest.raises(ValueError, match="no column 'picture', only path"):
        next(Columns("picture").photos(table(path=["a"])))


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"bytes": [jpeg()], "path": ["x/a.jpg"]}, {}),
        ({"jpg": [jpeg()], "cls": [3], "url": ["/s/0.tar"], "key": ["n/7"]}, {}),
        ({"jpg": [None], "left.PNG": [jpeg()], "url": ["/s/0.tar"], "key": ["n/7"]}, {}),
        ({"image": [{"bytes": jpeg(), "path": "a.jpg"}], "path": ["x/a.jpg"]}, {}),
        ({"file_name": ["b.jpg"], "jpg": [jpeg()], "path": ["x/a.jpg"]}, {}),
        ({"content": [jpeg()], "number": [7]}, {"photo": "content", "id": "number"}),
    ],
)
def test_coded_photos_are_read_as_they_are(columns: dict[str, Any], named: dict[str, str]) -> None:
    batch = table(**columns)
    [said] = assessed(batch, **named)
    assert (said.state, said.photo.format, said.photo.file_bytes) == (State.OK, "JPEG", len(jpeg()))
    assert said.photo.sha256 == hashlib.sha256(jpeg()).hexdigest()
    assert [said.photo.name] == Columns(**named).ids(batch)


def test_paths_are_opened_whatever_their_names(tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/caf\xe9.jpg"
    for path in (odd, os.fsencode(tmp_path / "plain.jpg")):
        with open(path, "wb") as file:
            file.write(jpeg())
    plain, missing = str(tmp_path / "plain.jpg"), str(tmp_path / "missing.jpg")
    said = assessed(table(path=[plain, missing]))
    assert [each.state for each in said] == [State.OK, State.FAILED]
    assert said[1].failure is not None and said[1].failure.reason == "not_found"
    [said_odd] = assessed(pa.table({"path": ["anything"], FILE: [odd]}))
    assert (said_odd.state, said_odd.photo.sha256) == (State.OK, said[0].photo.sha256)
    [inside] = assessed(table(image=[{"bytes": None, "path": plain}], path=["a"]))
    assert inside.state is State.OK


def test_arrays_are_photos() -> None:
    from ray.data.block import BlockAccessor

    pixels = np.full((3, 40, 48, 3), 90, np.uint8)
    batch = BlockAccessor.batch_to_block({"image": pixels, "path": np.array(["a", "b", "c"])})
    said = assessed(batch)
    assert [(each.state, each.photo.name, each.photo.width) for each in said] == [
        (State.OK, "a", 48), (State.OK, "b", 48), (State.OK, "c", 48)
    ]  # fmt: skip


def test_a_sample_without_a_picture_is_a_failed_row() -> None:
    for absent in (None, float("nan")):
        batch = pa.table({"jpg": pa.array([absent], from_pandas=False), "__url__": ["/s/0.tar"], "__key__": ["n/7"]})
        [said] = assessed(batch)
        assert said.failure is not None and said.failure.message.startswith("/s/0.tar/n/7: ")


def test_rows_are_those_of_an_export(tmp_path: Path) -> None:
    asked = [Question(name=name, text=f"Is it {name}?", options=("Yes", "No")) for name in ("b", "a")]
    paths = [tmp_path / f"{number}.jpg" for number in range(3)]
    for number, path in enumerate(paths[:2]):
        path.write_bytes(jpeg(number * 50))
    with Assessor(engine=WindowEngine(answer=nano_says), questions=asked) as assessor:
        said = {str(path): assessor.assess(path) for path in paths}
        rows = to_table(columns_of(assessor), said.items())
        with Run.writer(tmp_path / "run", assessor.card, assessor.fingerprint, assessor.fingerprint_parts) as run:
            for path, assessment in said.items():
                run.write(path, Stamp(1, 1), assessment)
            export(run, "photos", "parquet", out := BytesIO())
    exported = pq.read_table(out)
    assert [name for name in rows.column_names if name in exported.column_names] == exported.column_names
    assert {"answer_a", "answer_b", "presence_Noise"} <= set(rows.column_names)
    loose = {"assessed_at", "duplicates"}
    kept = [name for name in exported.column_names if name not in loose]
    assert rows.select(kept).to_pylist() == exported.select(kept).to_pylist()
    assert rows.schema.field("score").type == exported.schema.field("score").type
    assert to_table(columns_of(assessor), ()).schema == rows.schema
