"""Writing a run's tables as JSON lines, CSV or Parquet, a line at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, BinaryIO

from idetex_plugin.runs.flat import TABLES, Kind, Table
from idetex_plugin.runs.store import Run
from idetex_plugin.words.extras import extra

BATCH = 1000


def export(run: Run, table: str, format_name: str, out: BinaryIO) -> int:
    """Write one of `flat.TABLES` in one of `FORMATS` to a binary file; returns the number of lines.

    Memory does not grow with the number of photos. Raises ImportError when Parquet is asked for without pyarrow.
    """
    return FORMATS[format_name](TABLES[table](run), out)


def _jsonl(table: Table, out: BinaryIO) -> int:
    count = 0
    for count, line in enumerate(table.lines, 1):  # noqa: B007
        out.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    return count


def _csv(table: Table, out: BinaryIO) -> int:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.DictWriter(text, list(table.columns))
    writer.writeheader()
    count = 0
    for count, line in enumerate(table.lines, 1):  # noqa: B007
        writer.writerow(_plain(table.columns, line))
    text.detach()
    return count


def _parquet(table: Table, out: BinaryIO) -> int:
    with extra("parquet", "an export to Parquet"):
        from pyarrow.parquet import ParquetWriter

    count = 0
    with ParquetWriter(out, arrow_table(table.columns, ()).schema) as writer:
        while batch := list(islice(table.lines, BATCH)):
            writer.write_table(arrow_table(table.columns, batch))
            count += len(batch)
    return count


def arrow_table(columns: Mapping[str, Kind], lines: Iterable[dict[str, Any]]) -> Any:
    """Lines as a pyarrow.Table of these columns, as Parquet files hold them: json as text."""
    import pyarrow as pa

    kinds = {"text": pa.string(), "json": pa.string(), "integer": pa.int64(), "number": pa.float64()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
    return pa.Table.from_pylist([_plain(columns, line) for line in lines], schema=schema)


def _plain(columns: Mapping[str, Kind], line: dict[str, Any]) -> dict[str, Any]:
    return {
        name: json.dumps(value, ensure_ascii=False) if columns.get(name) == "json" and value is not None else value
        for name, value in line.items()
    }


FORMATS: dict[str, Callable[[Table, BinaryIO], int]] = {"jsonl": _jsonl, "csv": _csv, "parquet": _parquet}
