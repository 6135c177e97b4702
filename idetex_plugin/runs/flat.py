"""Rows of a run as flat tables: one line a photo, a region or an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from idetex_plugin.runs.rows import Row, first_failure
from idetex_plugin.runs.store import Run
from idetex_plugin.words.card import TASKS
from idetex_plugin.words.failure import OK, State
from idetex_plugin.words.vocabulary import Level, Severity

SCORED = "SELECT DISTINCT scored.key FROM photos, json_each(photos.assessment, '$.presence') AS scored ORDER BY 1"
Kind = Literal["text", "integer", "number", "json"]


@dataclass(frozen=True)
class Table:
    """Column names with their kinds, in order, and the lines. A line misses no column; json values are objects."""

    columns: dict[str, Kind]
    lines: Iterator[dict[str, Any]]


def photos(run: Run) -> Table:
    """One line a photo, with every answer's choice in a column `answer_NAME`, the probability of every type that the
    model scored in `presence_TYPE`, and the whole assessment."""
    answers = [name for (name,) in run.query("SELECT DISTINCT answer FROM answers ORDER BY 1")]
    scored = [name for (name,) in run.query(SCORED)]
    columns: dict[str, Kind] = {
        "path": "text", "name": "text", "sha256": "text", "width": "integer", "height": "integer", "format": "text",
        "model": "text", "fingerprint": "text", "engine": "text", "assessed_at": "text", "copied_from": "text",
        "state": "text", "reason": "text", "message": "text",
        **{f"{task}_state": "text" for task in TASKS}, **{f"{task}_reason": "text" for task in TASKS},
        "level": "text", "score": "number", **{f"probability_{level}": "number" for level in Level},
        "region_count": "integer", "distortions": "text", "worst_severity": "text",
        **{f"presence_{name}": "number" for name in scored},
        **{f"answer_{name}": "text" for name in answers},
        "verdict": "text", "description": "text", "assessment": "json",
    }  # fmt: skip
    return Table(columns, (dict.fromkeys(columns) | _photo(row) for row in run.rows()))


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


TABLES = {"photos": photos, "regions": regions, "answers": answers}


def _where(row: Row) -> dict[str, Any]:
    path = str(row.path).encode(errors="backslashreplace").decode()
    return {"path": path, "name": row.assessment.photo.name, "sha256": row.sha256}


def _photo(row: Row) -> dict[str, Any]:
    said = row.assessment
    grounded = said.tasks.get("grounding") == OK
    failed = said.failure or next((status for status in said.tasks.values() if status.state is State.FAILED), None)
    line = _where(row) | {
        "width": said.photo.width, "height": said.photo.height, "format": said.photo.format,
        "model": said.model, "fingerprint": said.fingerprint, "engine": said.engine,
        "assessed_at": row.assessed_at, "copied_from": row.copied_from,
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
