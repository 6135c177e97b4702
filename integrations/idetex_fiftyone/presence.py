"""What people say of the photos of a dataset, as labels for `idetex bench labelled`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fiftyone as fo

from idetex_fiftyone.targets import targets
from idetex_plugin.words.box import Box
from idetex_plugin.words.vocabulary import VIDA
from idetex_plugin.words.whole_file import whole_file

HEAD = ("photo", "distortion", "present", "x1", "y1", "x2", "y2")
KINDS = (fo.Classification, fo.Classifications, fo.Detections)


def write_labels(samples: Any, file: Path, field: str, *, complete: str | None = None) -> int:
    """Write the labels of a field of people's as CSV; returns how many photos have any.

    samples: a dataset, a view, or a dataset's name. field: classifications or detections whose labels are distortions
    in any spelling. A photo whose field is empty says nothing. One with labels has these; that it has none of the
    other types is said only where it is `complete`: the name of a boolean field, or of a text field that says
    "fully"; None if every photo whose field is set was looked at for all types. Raises ValueError for another kind of
    field, and for a label that is no distortion.
    """
    _, view = targets(fo.load_dataset(samples) if isinstance(samples, str) else samples)
    for name in (field, complete):
        if name is not None and not view.has_sample_field(name):
            raise ValueError(f"the dataset has no field {name!r}")
    count = 0
    with whole_file(file) as out:
        text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(text)
        writer.writerow(HEAD)
        wanted = view.select_fields([each for each in (field, complete) if each])
        for sample in wanted.iter_samples():
            said = sample[field]
            if said is not None:
                whole = complete is None or sample[complete] in (True, "fully")
                rows = list(_rows(said, field, whole))
                writer.writerows((sample.filepath, *row) for row in rows)
                count += bool(rows)
        text.detach()
    return count


def _rows(said: Any, field: str, whole: bool) -> Iterator[tuple[Any, ...]]:
    if not isinstance(said, KINDS):
        raise ValueError(f"field {field!r} holds {type(said).__name__}: classifications or detections are needed")
    if isinstance(said, fo.Classification):
        labels = [said]
    else:
        labels = said.detections if isinstance(said, fo.Detections) else said.classifications
    found: set[str] = set()
    for label in labels:
        kind = VIDA.find(label.label or "")
        if kind is None:
            raise ValueError(f"field {field!r}: {label.label!r} is no distortion")
        found.add(kind.name)
        box = Box.from_xywh(tuple(label.bounding_box)) if isinstance(label, fo.Detection) else None
        yield (kind.name, 1, *((box.x1, box.y1, box.x2, box.y2) if box else ("",) * 4))
    if whole:
        yield from ((name, 0, "", "", "", "") for name in VIDA.names if name not in found)
        yield ("any damage", int(bool(found)), "", "", "", "")
