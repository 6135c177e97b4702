"""Reading ViDA-UGC's files a record at a time: the metadata of images, and LLaVA-style conversations.

Formats as published with ViDA-UGC (2025): `[{image, mos, level, distortions[{distortion, coordinates, severity,
significance_score, ...}]}]` and lines of `{image, conversations[{from, value}]}`. Whatever cannot be read is listed in
the ledger and left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from idetex_plugin.dialects import refbox
from idetex_plugin.dialects.frame import CoordinateFrame
from idetex_plugin.dialects.reading import UnreadableError, spoken, unreadable
from idetex_plugin.dialects.vida_steps import VERDICT
from idetex_plugin.lab.evaluation.ledger import Ledger
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.question import Question
from idetex_plugin.words.record import in_words
from idetex_plugin.words.vocabulary import VIDA, Level, Severity

THOUSAND = CoordinateFrame(1000, 1000)
IMAGE_FIELDS = {"id", "image", "mos", "level", "width", "height", "distortions", "content", "conversations"}
DISTORTION_FIELDS = {
    "id", "distortion", "coordinates", "severity", "position", "visual manifestation", "perception impact",
    "region_quality_scores", "region_importance_score", "significance_score",
}  # fmt: skip
OPTION = re.compile(r"^\(?([A-Z])[.)]\s*(.+)$")
ALL_DISTORTIONS, AFFECTS, DESCRIBES = "coordinates of all distortions", "affects this region", "this sentence describes"
LETTER = "single option's letter"
CONCERNS = (("where", "position"), ("position", "position"), ("severe", "severity"), ("severity", "severity"),
            ("most", "significance"), ("significan", "significance"), ("distortion", "type"))  # fmt: skip


class VidaError(ValueError):
    """A file that cannot be read at all. Names it and says why."""


class Kind(StrEnum):
    """What an exchange asks."""

    DETECTION = "detection"
    REGION = "region"
    REFERRING = "referring"
    CHOICE = "choice"
    LEVEL = "level"
    DESCRIPTION = "description"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class VidaImage:
    """An image and what people found in it. keys: the regions of the highest significance score, if any is known."""

    image: str
    level: Level | None
    mos: float | None
    regions: tuple[Region, ...]
    keys: tuple[Region, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question about an image and its right answer, as far as its kind has them."""

    image: str
    kind: Kind
    text: str
    answer: str
    box: Box | None = None
    expression: str = ""
    question: Question | None = None


def read_images(path: Path, ledger: Ledger) -> Iterator[VidaImage]:
    """The images of a metadata file, a JSON array or JSON lines. Raises VidaError."""
    strange: set[str] = set()
    for number, item in enumerate(items_of(path), 1):
        shown = item.get("image", f"item {number}")
        for name in sorted(_unknown_fields(item) - strange):
            strange.add(name)
            ledger.refuse(path.name, shown, f"unknown field {name!r}, not read here nor in later items")
        try:
            yield _image(path.name, item, ledger)
        except (KeyError, TypeError, ValueError) as error:
            ledger.refuse(path.name, shown, in_words(error))


def read_exchanges(path: Path, ledger: Ledger) -> Iterator[Exchange]:
    """The first exchange of every conversation of a file, and the questions of an mcq.json. Raises VidaError."""
    for number, item in enumerate(items_of(path), 1):
        try:
            yield _asked(item) if "candidates" in item else _exchange(item)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            ledger.refuse(path.name, item.get("id", item.get("image", f"item {number}")), in_words(error))


def items_of(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON array or of JSON lines, one at a time. Raises VidaError."""
    import ijson

    try:
        with path.open("rb") as file:
            lines = path.suffix == ".jsonl"
            found = ijson.items(file, "" if lines else "item", multiple_values=lines, use_float=True)
            for item in found:
                if not isinstance(item, dict):
                    raise VidaError(f"{path}: holds something else than objects: {str(item)[:60]}")
                yield item
    except (OSError, ijson.JSONError, UnicodeDecodeError) as error:
        raise VidaError(f"{path}: {error}") from error


def _image(name: str, item: dict[str, Any], ledger: Ledger) -> VidaImage:
    found: list[tuple[Region, float | None]] = []
    for entry in item["distortions"]:
        try:
            found.append((_region(entry), entry.get("significance_score")))
        except (KeyError, TypeError, ValueError) as error:
            ledger.refuse(name, item["image"], f"a distortion that cannot be read: {in_words(error)}")
    scores = [score for _, score in found if score is not None]
    keys = tuple(region for region, score in found if scores and score == max(scores))
    level, mos = item.get("level"), item.get("mos")
    return VidaImage(
        str(item["image"]), None if level is None else Level(str(level).lower()), None if mos is None else float(mos),
        tuple(region for region, _ in found), keys,
    )  # fmt: skip


def _region(entry: dict[str, Any]) -> Region:
    kind = VIDA.find(entry["distortion"])
    if kind is None:
        raise unreadable("unknown distortion", str(entry["distortion"]))
    severity = entry.get("severity")
    return Region(
        distortion=kind.name, severity=Severity(str(severity).capitalize()) if severity else None,
        box=Box.from_thousand(tuple(entry["coordinates"])),
    )  # fmt: skip


def _asked(item: dict[str, Any]) -> Exchange:
    options = tuple(str(option) for option in item["candidates"])
    answer = str(item["correct_ans"])
    if answer not in options:
        raise ValueError(f"the right answer {answer!r} is none of the options")
    question = Question(name="q", text=item["question"], options=options, concern=item.get("concern", "other"))
    return Exchange(str(item["image"]), Kind.CHOICE, question.text, answer, question=question)


def _exchange(item: dict[str, Any]) -> Exchange:
    asked, answered = (str(turn["value"]) for turn in item["conversations"][:2])
    text, answer = asked.replace("<image>", "").strip(), spoken(answered)
    image = str(item["image"])
    if AFFECTS in text:
        boxes = [piece.corners for piece in refbox.pieces(text) if isinstance(piece, refbox.BoxAt)]
        return Exchange(image, Kind.REGION, text, answer, box=THOUSAND.read(boxes[0]))
    if DESCRIBES in text:
        names = [piece.text for piece in refbox.pieces(text) if isinstance(piece, refbox.Ref)]
        return Exchange(image, Kind.REFERRING, text, answer, expression=names[0])
    if LETTER in text:
        return _lettered(image, text, answer)
    if ALL_DISTORTIONS in text:
        return Exchange(image, Kind.DETECTION, text, answer)
    if VERDICT.search(answer[-200:]) is None:
        return Exchange(image, Kind.OTHER, text, answer)
    return Exchange(image, Kind.DESCRIPTION if "\n" in answer else Kind.LEVEL, text, answer)


def _lettered(image: str, text: str, answer: str) -> Exchange:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    matches = [OPTION.match(line) for line in lines]
    options = {match[1]: match[2] for match in matches if match}
    words = [line for line, match in zip(lines, matches, strict=True) if not match and LETTER not in line]
    if answer[:1] not in options:
        raise UnreadableError(f"the answer {answer[:20]!r} is none of the letters {', '.join(options)}")
    concern = next((concern for word, concern in CONCERNS if word in words[-1].lower()), "other")
    question = Question.model_validate(
        {"name": "q", "text": words[-1], "options": tuple(options.values()), "concern": concern,
         "preamble": "\n".join(words[:-1])}
    )  # fmt: skip
    return Exchange(image, Kind.CHOICE, text, options[answer[:1]], question=question)


def _unknown_fields(item: dict[str, Any]) -> set[str]:
    entries = item.get("distortions")
    inner = [set(entry) for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return (set(item) - IMAGE_FIELDS) | (set().union(*inner) - DISTORTION_FIELDS)
