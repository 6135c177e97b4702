"""Exports that other programs read back."""

import csv
import io
import json
from pathlib import Path

import pytest
from made_up import half_failed, judged, many, unreadable

from idetex_plugin.photo.measures import MEASURES
from idetex_plugin.runs.export import FORMATS, export
from idetex_plugin.runs.flat import TABLES
from idetex_plugin.runs.rows import Stamp
from idetex_plugin.runs.store import Run
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.card import Card

CARD = Card(name="nano", title="Nano", checkpoint="embedded", dialect="nano")
ROWS = [
    *many(12),
    unreadable("broken, \"quoted\"\nname.jpg"),
    half_failed("half.jpg"),
    judged("clean.jpg", regions=()),
]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    with Run.writer(tmp_path / "run", CARD, "f", {}) as run:
        for number, assessment in enumerate(ROWS):
            run.write(f"/photos/{number}.jpg", Stamp(1, 1), assessment)
        yield run


def exported(run: Run, rows: str, format_name: str) -> bytes:
    out = io.BytesIO()
    export(run, rows, format_name, out)
    return out.getvalue()


def test_every_photo_comes_back_whole(run: Run) -> None:
    lines = [json.loads(line) for line in exported(run, "photos", "jsonl").splitlines()]
    assert [Assessment.model_validate(line["assessment"]) for line in lines] == ROWS


def test_flat_columns_tell_failed_from_clean(run: Run) -> None:
    lines = {line["name"]: line for line in map(json.loads, exported(run, "photos", "jsonl").splitlines())}
    clean, half, broken = lines["clean.jpg"], lines["half.jpg"], lines[ROWS[12].photo.name]
    assert (clean["region_count"], clean["distortions"], clean["state"]) == (0, "", "ok")
    assert (half["region_count"], half["distortions"], half["grounding_reason"]) == (None, None, "unparseable")
    assert (broken["reason"], broken["level"], broken["score"]) == ("truncated", None, None)


def test_types_that_a_model_scores_have_a_column_each(tmp_path: Path, run: Run) -> None:
    scored = judged("scored.jpg").model_copy(update={"presence": {"Noise": 0.25, "Low clarity": 0.5}})
    with Run.writer(tmp_path / "scored", CARD, "f", {}) as other:
        other.write("/photos/a.jpg", Stamp(1, 1), scored)
        other.write("/photos/b.jpg", Stamp(1, 1), judged("clean.jpg"))
        lines = [json.loads(line) for line in exported(other, "photos", "jsonl").splitlines()]
    found = [(line["presence_Low clarity"], line["presence_Noise"]) for line in lines]
    assert found == [(0.5, 0.25), (None, None)]
    assert not any(name.startswith("presence_") for name in TABLES["photos"](run).columns)


@pytest.mark.parametrize("rows", list(TABLES))
def test_formats_hold_the_same(run: Run, rows: str) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    lines = [json.loads(line) for line in exported(run, rows, "jsonl").splitlines()]
    columns = list(TABLES[rows](run).columns)
    assert all(list(line) == columns for line in lines)
    table = parquet.read_table(io.BytesIO(exported(run, rows, "parquet"))).to_pylist()
    assert [_loaded(line) for line in table] == lines
    text = exported(run, rows, "csv").decode()
    strings = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(strings) == len(lines)
    for string, line in zip(strings, lines, strict=True):
        plain = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in line.items()}
        assert _loaded(string) == _loaded({name: "" if value is None else str(value) for name, value in plain.items()})


def _loaded(line: dict) -> dict:
    return {
        name: json.loads(value) if name in ("assessment", "probabilities") and value else value
        for name, value in line.items()
    }


def test_regions_and_answers_are_counted(run: Run) -> None:
    for rows, count in (
        ("regions", sum(len(row.regions) for row in ROWS)),
        ("answers", sum(len(row.answers) for row in ROWS)),
    ):
        assert export(run, rows, "jsonl", io.BytesIO()) == count


def test_measures_have_columns_and_photos_without_them_none(run: Run) -> None:
    lines = [json.loads(line) for line in exported(run, "photos", "jsonl").splitlines()]
    for line, row in zip(lines, ROWS, strict=True):
        found = {name.removeprefix("measure_"): line[name] for name in line if name.startswith("measure_")}
        assert list(found) == [each.name for each in MEASURES]
        assert found == (dict(row.measures) or dict.fromkeys(found))
        assert line["file_bytes"] == row.photo.file_bytes
    rows = run.query("SELECT name, measure, value FROM measures")
    assert {(name, measure): value for name, measure, value in rows} == {
        (row.photo.name, measure): value for row in ROWS for measure, value in row.measures.items()
    }


def test_photographs_and_graphics_are_told_apart(tmp_path: Path) -> None:
    kinds = {"a": "photo", "b": "graphic", "c": None}
    with Run.writer(tmp_path / "kinds", CARD, "f", {}) as run:
        for name, kind in kinds.items():
            said = judged(name, content_hash=name)
            said = said.model_copy(update={"photo": said.photo.model_copy(update={"kind": kind})})
            run.write(f"/photos/{name}.jpg", Stamp(1, 1), said)
        lines = [json.loads(line) for line in exported(run, "photos", "jsonl").splitlines()]
    assert {line["name"]: line["kind"] for line in lines} == kinds


@pytest.fixture
def repeated(tmp_path: Path) -> Run:
    """a b c d e, where d and then b have the content of a, and e that of c; nobody knows that of f."""
    contents = {"a": "1", "b": "1", "c": "2", "d": "1", "e": "2", "g": "3"}
    with Run.writer(tmp_path / "repeated", CARD, "f", {}) as run:
        for name, content in contents.items():
            run.write(f"/photos/{name}.jpg", Stamp(1, 1), judged(name, content_hash=content))
        run.write("/photos/f.jpg", Stamp(1, 1), unreadable("f"))
        yield run


def test_photos_of_one_content_are_together(repeated: Run) -> None:
    lines = [json.loads(line) for line in exported(repeated, "duplicates", "jsonl").splitlines()]
    assert [(line["group"], line["copies"], line["name"]) for line in lines] == [
        (1, 3, "a"), (1, 3, "b"), (1, 3, "d"), (2, 2, "c"), (2, 2, "e"),
    ]  # fmt: skip
    assert lines[3]["path"] == "/photos/c.jpg" and lines[3]["score"] == judged("c").quality.score
    photos = map(json.loads, exported(repeated, "photos", "jsonl").splitlines())
    counted = {line["name"]: line["duplicates"] for line in photos}
    assert counted == {"a": 2, "b": 2, "c": 1, "d": 2, "e": 1, "g": 0, "f": None}
    assert repeated.query("SELECT name, copies FROM duplicates WHERE name = 'e'") == [("e", 2)]


def test_a_run_folder_of_an_older_program_is_read(run: Run) -> None:
    run.query("DROP VIEW measures")
    run.query("DROP VIEW duplicates")
    run.query("UPDATE photos SET assessment = json_remove(assessment, '$.measures', '$.photo.file_bytes')")
    assert all(row.assessment.measures == {} and row.assessment.photo.file_bytes is None for row in run.rows())
    for rows in TABLES:
        assert exported(run, rows, "csv")
    line = json.loads(exported(run, "photos", "jsonl").splitlines()[0])
    assert (line["measure_noise"], line["file_bytes"], line["duplicates"]) == (None, None, 0)


def test_an_empty_run_exports_columns(tmp_path: Path) -> None:
    with Run.writer(tmp_path, CARD, "f", {}) as run:
        for format_name in FORMATS:
            for rows in TABLES:
                assert export(run, rows, format_name, io.BytesIO()) == 0
