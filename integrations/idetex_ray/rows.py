"""From a row of a dataset to a photo with an id, and from an assessment to a row of the export's columns."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.dialects.base import ScoresTypes
from idetex_plugin.photo.sources import SUFFIXES, Named, Source, display_name
from idetex_plugin.runs.export import arrow_table
from idetex_plugin.runs.flat import Kind, photo_columns, photo_line
from idetex_plugin.runs.header import now
from idetex_plugin.runs.rows import Row, Stamp
from idetex_plugin.tasks.grounding import Grounding
from idetex_plugin.tasks.perception import Perception
from idetex_plugin.words.assessment import Assessment

ID = "path"
LITTLE = 0.1
"""Of a processor: what work beside assessing asks of Ray, so that actors which have them all do not keep it waiting."""
FILE = "path_bytes"
PHOTO = ("bytes", "image", FILE, ID)
"""Columns that hold a photo, in the order in which they are looked for; then those that end as picture files do."""
SAMPLE = ("__url__", "__key__")
"""What tells a sample of a WebDataset from all others: its shard and its key."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a dataset hold the photo and its id; None for those that Ray's readers give."""

    photo: str | None = None
    id: str | None = None

    def ids(self, batch: pa.Table) -> list[str]:
        """The id of every row, as text. Raises ValueError when a row has none."""
        there = batch.column_names
        names = SAMPLE if not self.id and ID not in there and set(SAMPLE) <= set(there) else (self.id or ID,)
        if not set(names) <= set(there):
            raise ValueError(
                f"the dataset has no column {names[0]!r} of unique ids, only {', '.join(there)}: "
                "read it with include_paths=True, or name one by id_column"
            )
        each = [batch.column(name).to_pylist() for name in names]
        if any(value is None for column in each for value in column):
            raise ValueError(f"a row has no id in column {', '.join(names)}")
        return ["/".join(map(_text, parts)) for parts in zip(*each, strict=True)]

    def photos(self, batch: pa.Table) -> Iterator[Source | Named]:
        """Every row's photo, when it is asked for; one of no bytes where it is absent.

        Raises ValueError without a column.
        """
        names = [name for name in ((self.photo,) if self.photo else PHOTO) if name in batch.column_names]
        if not self.photo and set(names) <= {FILE, ID}:
            names = [*filter(_is_picture, batch.column_names), *names]
        if not names:
            raise ValueError(
                f"the dataset has no column {self.photo or 'of photos'!r}, only {', '.join(batch.column_names)}: "
                "name one by photo_column"
            )
        for number, key in enumerate(self.ids(batch)):
            values = ((name, batch.column(name)[number].as_py()) for name in names)
            name, value = next((pair for pair in values if not _absent(pair[1])), ("", b""))
            yield _photo(name, value, key)


def _photo(column: str, value: Any, key: str) -> Source | Named:
    if isinstance(value, dict):
        value = value["bytes"] if value.get("bytes") is not None else value.get("path") or b""
    if column == FILE and isinstance(value, bytes):
        value = os.fsdecode(value)
    if isinstance(value, str):
        return Source(value, display_name(value))
    return Named(value, key)


def _is_picture(column: str) -> bool:
    """Whether a column of a WebDataset holds pictures: "jpg", "left.png"."""
    return f".{column.lower().rpartition('.')[2]}" in SUFFIXES


def _absent(value: Any) -> bool:
    return value is None or isinstance(value, float)


def _text(value: Any) -> str:
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)


def columns_of(assessor: Assessor) -> dict[str, Kind]:
    """The columns of every row that this assessor gives: those of an export, the same whatever it finds."""
    answers, scored = set[str](), set[str]()
    for member in getattr(assessor, "members", (assessor,)):
        for task in member.examiner.tasks:
            if isinstance(task, Perception):
                answers |= {question.name for question in task.questions}
            if isinstance(task, Grounding) and isinstance(task.dialect, ScoresTypes):
                scored |= set(task.dialect.types)
    return photo_columns(sorted(answers), sorted(scored))


def to_table(columns: dict[str, Kind], said: Iterable[tuple[str, Assessment]]) -> pa.Table:
    """Rows of these columns, whose `path` is the photo's id.

    Of `duplicates` and `copied_from` they say nothing: no row knows those of other machines.
    """
    return arrow_table(columns, (_line(key, assessment) for key, assessment in said))


def _line(key: str, said: Assessment) -> dict[str, Any]:
    row = Row(
        number=0, path=Path(), stamp=Stamp(None, None), sha256=said.photo.sha256, state=said.state, copied_from=None,
        assessed_at=now(), assessment=said,
    )  # fmt: skip
    return photo_line(row, None) | {ID: key}
