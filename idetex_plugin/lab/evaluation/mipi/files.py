"""The challenge's files, as they are: what a submission says, and what is true.

A file that is no list of objects, or is empty, is an error. Within a file, an item or box that cannot be read is
refused: listed in the ledger, and never right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from idetex_plugin.dialects.reading import UnreadableError
from idetex_plugin.lab.evaluation.ledger import Ledger
from idetex_plugin.lab.evaluation.mipi.replies import Place, description_said, option_said, regions_said
from idetex_plugin.words.record import in_words

DETECTION, REGION = "distortion-detection", "region-perception"
BOX = ("coordinates",)
ANSWERED_BOX = ("coordinates", "pred_coords", "coords")
IDS = ("id",)
Item = dict[str, Any]
Made = TypeVar("Made")


class MipiError(ValueError):
    """A file that cannot be scored at all. Names it and says why."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An answered question. said: the text of the chosen option, None if unreadable."""

    id: str
    concern: str
    said: str | None


@dataclass(frozen=True, slots=True)
class Grounded:
    """The boxes of one detection or region answer."""

    id: str
    image: str
    kind: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Described:
    """What one description says. level: the word of its last line, or "" if it has none."""

    id: str
    image: str
    places: tuple[Place, ...]
    keys: tuple[Place, ...]
    level: str


@dataclass(frozen=True, slots=True)
class TrueImage:
    """What is true of an image. keys: the boxes of its highest significance score (0 where a box has none)."""

    image: str
    places: tuple[Place, ...]
    keys: tuple[Place, ...]
    level: str


class Reader:
    """Reads the files of one folder."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self.folder, self.ledger = folder, ledger

    def has(self, name: str) -> bool:
        """Whether the folder holds this file."""
        return (self.folder / name).is_file()

    def chosen(self) -> list[Chosen]:
        """Of perception.json."""
        return self._read("perception.json", ("id", "candidates", "pred_ans"), self._chosen)

    def grounded(self) -> list[Grounded]:
        """Of grounding.json."""
        keys = ("id", "image", "question_type")
        return self._read("grounding.json", keys, self._grounded, unique=("id", "question_type", "image"))

    def described(self) -> list[Described]:
        """Of description.json."""
        return self._read("description.json", ("id", "image"), self._described)

    def options(self) -> dict[str, str]:
        """Question id to the right option's text, of mcq.json."""
        return dict(
            self._read("mcq.json", ("id", "correct_ans"), lambda _, item: (str(item["id"]), item["correct_ans"]))
        )

    def images(self) -> dict[str, TrueImage]:
        """Image to its truth, of bench_metadata.json."""
        found = self._read("bench_metadata.json", ("image", "distortions"), self._true, unique=("image",))
        return {each.image: each for each in found}

    def region_places(self) -> dict[str, tuple[Place, ...]]:
        """Image to its true boxes for region questions, of reg-p_bench.json; items of one image are pooled."""
        pooled: dict[str, tuple[Place, ...]] = {}
        for each in self._read("reg-p_bench.json", ("image", "distortions"), self._true, unique=()):
            pooled[each.image] = (*pooled.get(each.image, ()), *each.places)
        return pooled

    def _chosen(self, name: str, item: Item) -> Chosen:
        said = option_said(str(item["pred_ans"]), [str(option) for option in item["candidates"]])
        if said is None:
            self.ledger.refuse(name, item["id"], f"no option's letter: {str(item['pred_ans'])[:60]!r}")
        return Chosen(str(item["id"]), str(item.get("concern", "")), said)

    def _grounded(self, name: str, item: Item) -> Grounded:
        kind = str(item["question_type"])
        if kind not in (DETECTION, REGION):
            raise UnreadableError(f"question_type {kind!r} is neither {DETECTION!r} nor {REGION!r}")
        if "distortions" in item:
            places = self._places(name, item, "distortions", ANSWERED_BOX)
        else:
            places = regions_said(item["pred_ans"])
        return Grounded(str(item["id"]), str(item["image"]), kind, places)

    def _described(self, name: str, item: Item) -> Described:
        fields = ("all_distortions", "key_distortions", "image_quality")
        if all(field in item for field in fields):
            everything, keys = (self._places(name, item, field) for field in fields[:2])
            level = str(item["image_quality"] or "").strip()
        else:
            everything, keys, level = description_said(item["pred_ans"])
        if not level:
            self.ledger.refuse(name, item["id"], "no quality level")
        return Described(str(item["id"]), str(item["image"]), everything, keys, level)

    def _true(self, name: str, item: Item) -> TrueImage:
        places = self._places(name, item, "distortions")
        scores = [entry.get("significance_score") or 0 for entry in item["distortions"]]
        if not all(isinstance(score, int | float) for score in scores):
            raise UnreadableError("a significance_score that is no number")
        highest = [entry for entry, score in zip(item["distortions"], scores, strict=True) if score == max(scores)]
        keys = self._places("", {**item, "distortions": highest}, "distortions")
        return TrueImage(str(item["image"]), places, keys, str(item.get("level", "")))

    def _places(self, name: str, item: Item, field: str, keys: tuple[str, ...] = BOX) -> tuple[Place, ...]:
        """A box counts only with four numbers. One that encloses nothing counts, and can never be right."""
        entries = item[field]
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise UnreadableError(f"{field} is no list of objects")
        found = []
        for entry in entries:
            box = next((entry[key] for key in keys if entry.get(key)), None)
            numbers = isinstance(box, list | tuple) and all(
                isinstance(value, int | float) and not isinstance(value, bool) for value in box
            )
            if box is None or not numbers or len(box) != 4 or not isinstance(entry.get("distortion"), str):
                problem = f"{field}: no name, or no four coordinates: {json.dumps(entry)[:80]}"
            else:
                score = entry.get("confidence", 1.0)
                found.append(Place(entry["distortion"], (box[0], box[1], box[2], box[3]), float(score)))
                problem = f"{field}: {found[-1].fault}" if found[-1].fault else ""
            if problem and name:
                self.ledger.refuse(name, item.get("id", item["image"]), problem)
        return tuple(found)

    def _read(
        self, name: str, keys: tuple[str, ...], make: Callable[[str, Item], Made], unique: tuple[str, ...] = IDS
    ) -> list[Made]:
        """unique: the keys that no two items share; of those that do, the first counts."""
        return list(self._made(name, keys, make, unique))

    def _made(
        self, name: str, keys: tuple[str, ...], make: Callable[[str, Item], Made], unique: tuple[str, ...]
    ) -> Iterator[Made]:
        seen: set[tuple[str, ...]] = set()
        for number, item in enumerate(_items(self.folder / name), 1):
            shown = item.get("id", item.get("image", f"item {number}"))
            identity = tuple(str(item.get(key)) for key in unique)
            missing = [key for key in keys if key not in item]
            if missing:
                self.ledger.refuse(name, shown, f"lacks {', '.join(missing)}")
            elif unique and identity in seen:
                self.ledger.refuse(name, shown, f"a second item with this {', '.join(unique)}; the first counts")
            else:
                seen.add(identity)
                try:
                    yield make(name, item)
                except (UnreadableError, KeyError, TypeError, ValueError) as error:
                    self.ledger.refuse(name, shown, in_words(error))


def _items(path: Path) -> list[Item]:
    try:
        items = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MipiError(f"{path}: {error}") from error
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise MipiError(f"{path}: is no list of objects")
    if not items:
        raise MipiError(f"{path}: is empty")
    return items
