"""What people say of real photographs: which distortions are there and which are not, and where.

A CSV file with a header: `photo,distortion,present` and, if boxes are known, `x1,y1,x2,y2`, relative 0..1, one row a
box. photo: a path, absolute or below one of the folders given. distortion: any spelling of a type of the vocabulary,
`any blur` or `any damage`. present: 1 or 0 (also yes/no, true/false). A label says what its row says and no more.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from idetex_plugin.words.box import Box
from idetex_plugin.words.vocabulary import VIDA, Vocabulary

COLUMNS = ("photo", "distortion", "present")
CORNERS = ("x1", "y1", "x2", "y2")
ANY_BLUR, ANY_DAMAGE = "any blur", "any damage"
BLURS = ("Low clarity", "Motion blur", "Out of focus blur")
WORDS = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}


class LabelsError(ValueError):
    """Labels that cannot be used. Names the file and the line and says why."""


@dataclass
class Labels:
    """photos: photo to distortion to whether it is there. boxes: (photo, distortion) to its boxes, where known.

    missing: names that no folder has.
    """

    photos: dict[Path, dict[str, bool]] = field(default_factory=dict)
    boxes: dict[tuple[Path, str], tuple[Box, ...]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    @property
    def distortions(self) -> tuple[str, ...]:
        """Those that any photo is labelled with: the vocabulary's, plugins' own, then `any blur` and `any damage`."""
        known = {name for present in self.photos.values() for name in present}
        last = (ANY_BLUR, ANY_DAMAGE)
        named = [name for name in VIDA.names if name in known]
        return (*named, *sorted(known - {*named, *last}), *(name for name in last if name in known))

    def say(self, photo: Path, distortion: str, present: bool, box: Box | None = None) -> None:
        """Add one label. Raises ValueError for one that contradicts another, or for a box of what is not there."""
        known = self.photos.setdefault(photo, {})
        if known.setdefault(distortion, present) is not present:
            raise ValueError(f"{distortion} is said to be there and not to be there")
        if box is not None:
            if not present:
                raise ValueError(f"a box of {distortion}, which is not there")
            self.boxes[photo, distortion] = (*self.boxes.get((photo, distortion), ()), box)

    def with_implied(self, types: Sequence[str] = VIDA.names) -> Labels:
        """With what these labels imply: damage of one of the types is damage, a photo without any has none of them."""
        whole = Labels(boxes=dict(self.boxes), missing=list(self.missing))
        for photo, present in self.photos.items():
            more = dict(present)
            for group, members in ((ANY_BLUR, BLURS), (ANY_DAMAGE, (*types, ANY_BLUR))):
                if any(present.get(name) or more.get(name) for name in members):
                    more.setdefault(group, True)
            for group, members in ((ANY_DAMAGE, (*types, ANY_BLUR)), (ANY_BLUR, BLURS)):
                if more.get(group) is False:
                    more |= {name: False for name in members if name not in more}
            whole.photos[photo] = more
        return whole


def read_labels(file: Path, folders: Sequence[Path], vocabulary: Vocabulary = VIDA) -> Labels:
    """The labels of a CSV file, whose own folder is searched where none is given. Photos that are nowhere are missing.

    Raises LabelsError for a row that cannot be read, for contradictions, and if no photo is found.
    """
    labels = Labels()
    folders = folders or [file.parent]
    found: dict[str, Path | None] = {}
    for line, row in _rows(file):
        try:
            distortion, present, box = _name(row["distortion"], vocabulary), _truth(row["present"]), _box(row)
            name = row["photo"].strip()
            if not name:
                raise ValueError("no photo")
            if name not in found:
                found[name] = find(name, folders)
                if found[name] is None:
                    labels.missing.append(name)
            photo = found[name]
            if photo is not None:
                labels.say(photo, distortion, present, box)
        except ValueError as error:
            raise LabelsError(f"{file}, line {line}: {error}") from None
    for path, known in labels.photos.items():
        for group, members in ((ANY_BLUR, BLURS), (ANY_DAMAGE, (*vocabulary.names, ANY_BLUR))):
            there = [each for each in members if known.get(each)]
            if there and known.get(group) is False:
                raise LabelsError(f"{file}: {path} is said to have {there[0]}, and not to have {group}")
    if not labels.photos:
        where = ", ".join(map(str, folders))
        raise LabelsError(f"{file}: none of its {len(labels.missing)} photos is in {where}")
    return labels


def find(name: str, folders: Iterable[Path]) -> Path | None:
    """The file of this absolute path, or below the first of the folders that has it."""
    places = [Path(name)] if Path(name).is_absolute() else [folder / name for folder in folders]
    return next((place for place in places if place.is_file()), None)


def score_of(chances: Mapping[str, float], distortion: str, types: Sequence[str]) -> float:
    """The chance of a distortion, of any blur or of any damage (the largest of theirs), 0 where none is given."""
    members = {ANY_BLUR: BLURS, ANY_DAMAGE: tuple(types)}.get(distortion, (distortion,))
    return max((chances.get(name, 0.0) for name in members), default=0.0)


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, strict=True)
            columns = [column.strip() for column in reader.fieldnames or ()]
            missing = [column for column in COLUMNS if column not in columns]
            if missing:
                raise LabelsError(f"{file}: its first line lacks {', '.join(missing)}; it needs {','.join(COLUMNS)}")
            reader.fieldnames = columns
            for row in reader:
                if None in row or None in row.values():
                    raise LabelsError(f"{file}, line {reader.line_num}: not {len(columns)} values")
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LabelsError(f"{file}: {error}") from error


def _name(written: str, vocabulary: Vocabulary) -> str:
    plain = " ".join(written.replace("_", " ").casefold().split())
    if plain in (ANY_BLUR, ANY_DAMAGE):
        return plain
    kind = vocabulary.find(written)
    if kind is None:
        choice = ", ".join((*vocabulary.names, ANY_BLUR, ANY_DAMAGE))
        raise ValueError(f"{written!r} is no distortion: choose from {choice}")
    return kind.name


def _truth(written: str) -> bool:
    truth = WORDS.get(written.strip().casefold())
    if truth is None:
        raise ValueError(f"present is {written!r}, neither 1 nor 0")
    return truth


def _box(row: Mapping[str, str]) -> Box | None:
    values = [row.get(corner, "").strip() for corner in CORNERS]
    if not any(values):
        return None
    try:
        x1, y1, x2, y2 = map(float, values)
        return Box(x1=x1, y1=y1, x2=x2, y2=y2)
    except ValueError:
        raise ValueError(f"{', '.join(values)} is no box x1, y1, x2, y2 of 0 to 1") from None
