"""Rows of a run as flat tables: one line a photo, a region, an answer, or a photo that is there more than once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from idetex_plugin.photo.measures import MEASURES
from idetex_plugin.runs.rows import Row, first_failure
from idetex_plugin.runs.schema import DUPLICATES, SAFE
from idetex_plugin.runs.store import Run
from idetex_plugin.words.card import TASKS
from idetex_plugin.words.failure import OK
from idetex_plugin.words.vocabulary import Level, Severity

SCORED = f"SELECT DISTINCT scored.key FROM photos, {SAFE}'$.presence') AS scored ORDER BY 1"
Kind = Literal["text", "integer", "number", "json"]


@dataclass(frozen=True)
class Table:
    """Column names with their kinds, in order, and the lines. A line misses no column; json values are objects."""

    columns: dict[str, Kind]
    lines: Iterator[dict[str, Any]]


def photos(run: Run) -> Table:
    """One line a photo, with every answer's choice in a column `answer_NAME`, the probability of every type
    that the model scored in `presence_TYPE`, and the whole assessment.

    duplicates: how many other photos of the run have the same content.
    """
    copies = {photo: count - 1 for photo, count in run.query(f"SELECT photo, copies FROM ({DUPLICATES})")}
    answers = [name for (name,) in run.query("SELECT DISTINCT answer FROM answers ORDER BY 1")]
    columns = photo_columns(answers, [name for (name,) in run.query(SCORED)])
    return Table(columns, (dict.fromkeys(columns) | photo_line(row, copies.get(row.number, 0)) for row in run.rows()))


def photo_columns(answers: Iterable[str], scored: Iterable[str]) -> dict[str, Kind]:
    """The columns of `photos`, for answers and scored types of these names."""
    return {
        "path": "text", "name": "text", "sha256": "text", "width": "integer", "height": "integer", "format": "text",
        "kind": "text", "model": "text", "fingerprint": "text", "engine": "text", "assessed_at": "text",
        "copied_from": "text", "duplicates": "integer", "file_bytes": "integer",
        **{f"measure_{each.name}": "number" for each in MEASURES},
        "state": "text", "reason": "text", "message": "text",
        **{f"{task}_state": "text" for task in TASKS}, **{f"{task}_reason": "text" for task in TASKS},
        "level": "text", "score": "number", **{f"probability_{level}": "number" for level in Level},
        "region_count": "integer", "distortions": "text", "worst_severity": "text",
        **{f"presence_{name}": "number" for name in scored},
        **{f"answer_{name}": "text" for name in answers},
        "verdict": "text", "description": "text", "assessment": "json",
    }  # fmt: skip


def regions(run: Run) -> Table:
    """One line a region; coordinates are relative, 0..1."""
    columns: dict[str, Kind] = {
        "path": "text", "name": "text", "sha256": "text", "region": "integer", "distortion": "text",
        "severity": "text", "position": "text", "x1": "number", "y1": "number", "x2": "number", "y2": "number",
        "area": "number", "confidence": "number", "effect": "text",
    }  # fmt: skip
    return Table(columns, (line for row in run.rows() for line in _regions(row)))


def answers(run: Run) -> Table:
    """One line an answer, with the probability of every option."""
    columns: dict[str, Kind] = {
        "path": "text", "name": "text", "sha256": "text", "answer": "text", "question": "text", "choice": "text",
        "probability": "number", "probabilities": "json",
    }  # fmt: skip
    return Table(columns, (line for row in run.rows() for line in _answers(row)))


def _where(row: Row) -> dict[str, Any]:
    return {"path": _text(row.path), "name": row.assessment.photo.name, "sha256": row.sha256}


def _text(path: Path) -> str:
    return str(path).encode(errors="backslashreplace").decode()


def duplicates(run: Run) -> Table:
    """One line a photo whose content other photos of the run have too, those of one content together.

    group: 1, 2, ... in the order of the run. copies: photos of this content.
    """
    columns: dict[str, Kind] = {
        "group": "integer", "copies": "integer", "path": "text", "name": "text", "sha256": "text",
        "copied_from": "text", "level": "text", "score": "number",
    }  # fmt: skip
    return Table(columns, _duplicates(run))


def photo_line(row: Row, duplicates: int | None) -> dict[str, Any]:
    """The line of `photos` for one row, without the columns of which it has nothing to say.

    duplicates: how many other photos have the same content; None where that is not known.
    """
    said = row.assessment
    grounded = said.tasks.get("grounding") == OK
    failed = said.failure or next((status for status in said.tasks.values() if status.fell_short), None)
    line = _where(row) | {
        "width": said.photo.width, "height": said.photo.height, "format": said.photo.format,
        "kind": said.photo.kind, "model": said.model, "fingerprint": said.fingerprint, "engine": said.engine,
        "assessed_at": row.assessed_at, "copied_from": row.copied_from,
        "duplicates": None if row.sha256 is None else duplicates, "file_bytes": said.photo.file_bytes,
        **{f"measure_{each.name}": said.measures.get(each.name) for each in MEASURES},
        "state": str(said.state), "reason": first_failure(said), "message": failed.message if failed else None,
        "region_count": len(said.regions) if grounded else None,
        "distortions": "; ".join(sorted({region.distortion for region in said.regions})) if grounded else None,
        "worst_severity": max((r.severity for r in said.regions if r.severity), key=_rank, default=None),
        "assessment": json.loads(said.model_dump_json()),
    }  # fmt: skip
    for name, status in said.tasks.items():
        line |= {f"{name}_state": str(status.state), f"{name}_reason": status.reason}
    if said.quality:
        line |= {"level": str(said.quality.level), "score": said.quality.score}
        line |= {f"probability_{level}": share for level, share in said.quality.probabilities.items()}
    if said.description:
        line |= {"verdict": str(said.description.verdict), "description": said.description.text}
    line |= {f"presence_{name}": share for name, share in said.presence.items()}
    return line | {f"answer_{answer.name}": answer.choice for answer in said.answers}


def _rank(severity: Severity) -> int:
    return severity.rank


def _regions(row: Row) -> Iterator[dict[str, Any]]:
    for number, region in enumerate(row.assessment.regions):
        yield _where(row) | {
            "region": number, "distortion": region.distortion, "severity": region.severity,
            "position": region.box.position, **region.box.model_dump(), "area": region.box.area,
            "confidence": region.confidence, "effect": region.effect,
        }  # fmt: skip


def _answers(row: Row) -> Iterator[dict[str, Any]]:
    for answer in row.assessment.answers:
        yield _where(row) | {
            "answer": answer.name, "question": answer.question, "choice": answer.choice,
            "probability": answer.probabilities.get(answer.choice), "probabilities": dict(answer.probabilities),
        }  # fmt: skip


def _duplicates(run: Run) -> Iterator[dict[str, Any]]:
    groups: dict[int, int] = {}
    columns = "path, photos.name, photos.sha256, copied_from, level, score"
    for first, copies, path, *values in run.query(
        f"SELECT first, copies, {columns} FROM ({DUPLICATES}) AS same JOIN photos ON photos.number = same.photo "
        "ORDER BY first, photos.number"
    ):
        name, sha256, copied_from, level, score = values
        yield {
            "group": groups.setdefault(first, len(groups) + 1), "copies": copies,
            "path": _text(Path(os.fsdecode(path))), "name": name, "sha256": sha256, "copied_from": copied_from,
            "level": level, "score": score,
        }  # fmt: skip


TABLES = {"photos": photos, "regions": regions, "answers": answers, "duplicates": duplicates}
