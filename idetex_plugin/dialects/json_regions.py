"""Regions, boxes and descriptions in JSON: reading and writing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from idetex_plugin.dialects.confidence import Spelling
from idetex_plugin.dialects.frame import CoordinateFrame
from idetex_plugin.dialects.json_text import corners_of, only_value, part
from idetex_plugin.dialects.levels import LEVELS
from idetex_plugin.dialects.reading import SEVERITIES, known_type, unreadable
from idetex_plugin.dialects.steps import readable
from idetex_plugin.words.assessment import Description, Finding, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.request import Reply
from idetex_plugin.words.vocabulary import Level, Severity, Vocabulary

LABEL = re.compile(r'"label"\s*:\s*"([^"\\]*)"')


def read_regions(reply: Reply, frame: CoordinateFrame, vocabulary: Vocabulary) -> tuple[Region, ...]:
    """The regions in the order of the reply, exact repetitions once. Raises UnreadableError."""
    entries = _list(only_value(reply.text))
    chances = _confidences(reply, entries)
    regions: dict[tuple[str, Severity, Box], Region] = {}
    for entry, confidence in zip(entries, chances, strict=True):
        kind, severity, box = _region(entry, frame, vocabulary)
        region = Region(distortion=kind, severity=severity, box=box, confidence=confidence)
        regions.setdefault((kind, severity, box), region)
    return tuple(regions.values())


def read_boxes(text: str, frame: CoordinateFrame) -> tuple[Box, ...]:
    """The boxes in the order of the reply, exact repetitions once. Raises UnreadableError."""
    entries = _list(only_value(text))
    return tuple(dict.fromkeys(frame.read(corners_of(part(entry, frame.key, list))) for entry in entries))


def read_description(text: str, frame: CoordinateFrame, vocabulary: Vocabulary) -> Description:
    """The description, its text written out in words. Raises UnreadableError."""
    value = only_value(text)
    content = part(value, "content", str)
    findings = []
    for entry in part(value, "distortions", list):
        kind, severity, box = _region(entry, frame, vocabulary)
        findings.append(Finding(distortion=kind, severity=severity, boxes=(box,), effect=part(entry, "effect", str)))
    named = part(value, "key_distortions", list)
    keys = tuple(dict.fromkeys(known_type(_string(name), vocabulary) for name in named))
    level = LEVELS.get(part(value, "quality", str).strip().casefold())
    if level is None:
        raise unreadable("not one of the five level words", value["quality"])
    kept = tuple(dict.fromkeys(findings))
    told = readable(content, kept, keys, level, part(value, "reasoning", str))
    return Description(text=told, content=content, findings=kept, key_distortions=keys, verdict=level)


def write_regions(regions: Iterable[Region], frame: CoordinateFrame) -> str:
    """The reply that says exactly these regions, each of which has a severity."""
    return _compact([_entry(region, frame) for region in regions])


def write_boxes(boxes: Iterable[Box], frame: CoordinateFrame) -> str:
    """The reply that says exactly these boxes."""
    return _compact([{frame.key: frame.write(box)} for box in boxes])


def write_description(
    content: str, regions: Sequence[Region], keys: Sequence[str], reasoning: str, level: Level, frame: CoordinateFrame
) -> str:
    """The reply that describes these regions."""
    return _compact({
        "content": content, "distortions": [{**_entry(region, frame), "effect": region.effect} for region in regions],
        "key_distortions": list(keys), "reasoning": reasoning, "quality": level.value,
    })


def _region(entry: Any, frame: CoordinateFrame, vocabulary: Vocabulary) -> tuple[str, Severity, Box]:
    word = part(entry, "severity", str)
    severity = SEVERITIES.get(word.strip().casefold())
    if severity is None:
        raise unreadable("unknown severity", word)
    box = frame.read(corners_of(part(entry, frame.key, list)))
    return known_type(part(entry, "label", str), vocabulary), severity, box


def _confidences(reply: Reply, entries: Sequence[Any]) -> list[float | None]:
    """For each entry the probability of the tokens that spell its label; None for all if they cannot be told apart."""
    labels = list(LABEL.finditer(reply.text))
    expected = [entry.get("label") if isinstance(entry, dict) else None for entry in entries]
    if [label[1] for label in labels] != expected:
        return [None] * len(entries)
    spelling = Spelling(reply)
    return [spelling.probability(label.start(1), label.end(1)) for label in labels]


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise unreadable("no JSON list", str(value)[:100] if isinstance(value, str) else type(value).__name__)
    return value


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise unreadable("no name of a distortion", type(value).__name__)
    return value


def _entry(region: Region, frame: CoordinateFrame) -> dict[str, Any]:
    return {frame.key: frame.write(region.box), "label": region.distortion, "severity": region.severity}


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
