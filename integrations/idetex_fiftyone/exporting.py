"""What people hold to be true, in the formats that other tools read, by FiftyOne's own exporters."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fiftyone as fo
from fiftyone import ViewField as F

from idetex_fiftyone.truth.fields import DEFAULT, TruthFields
from idetex_fiftyone.truth.meant import flat
from idetex_fiftyone.truth.sheet import FULLY
from idetex_plugin.words.vocabulary import VIDA

COLUMNS = (
    "filepath", "state", "level", "label", "severity", "x", "y", "width", "height", "origin", "by", "at", "effect",
)  # fmt: skip


def export(
    samples: Any, folder: str | os.PathLike[str], form: str, *, name: str = DEFAULT, media: bool | str = True,
    progress: Any = None,
) -> int:  # fmt: skip
    """Export the truth of the fully reviewed photos of a dataset or view, and return how many photos these are.

    form: "coco", "cvat", "yolo", or "csv" (one line a region, and one for each photo without any). media: copy the
    photos, too; False, "move" or "symlink" as for FiftyOne's `export`; a CSV file only names them. Nothing that is only
    predicted is exported. Raises ValueError for an unknown form, a folder that is not empty, and when no photo is fully
    reviewed.
    """
    fields, target = TruthFields(name), Path(folder)
    if form not in FORMS:
        raise ValueError(f"form {form!r}: choose from {', '.join(FORMS)}")
    if target.exists() and any(target.iterdir()):
        raise ValueError(f"{target} is not empty")
    if not samples._root_dataset.has_sample_field(fields.review):
        raise ValueError(f"the dataset has no truth {name!r}: review photos first")
    view = flat(samples).match(F(f"{fields.review}.state") == FULLY)
    if not len(view):
        raise ValueError(f"no photo is fully reviewed under {name!r}")
    FORMS[form](view, target, fields, media, progress)
    return len(view)


def labels(view: Any, truth: str) -> list[str]:
    """The distortions in the order of the vocabulary, then others that people named, by name."""
    seen = set(view.distinct(f"{truth}.detections.label"))
    return [*VIDA.names, *sorted(seen - set(VIDA.names))]


def _with(kind: Any, *, classes: bool = True, **more: Any) -> Callable[..., None]:
    def write(view: Any, folder: Path, fields: TruthFields, media: Any, progress: Any) -> None:
        names = {"classes": labels(view, fields.truth)} if classes else {}
        view.export(
            str(folder), dataset_type=kind, label_field=fields.truth, export_media=media, progress=progress, **names,
            **more,
        )  # fmt: skip

    return write


def _csv(view: Any, folder: Path, fields: TruthFields, media: Any, progress: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    columns = ["filepath", f"{fields.review}.state", f"{fields.review}.level", f"{fields.truth}.detections"]
    with open(folder / "truth.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        for path, state, level, regions in zip(*view.values(columns), strict=True):
            photo = {"filepath": path, "state": state, "level": level}
            writer.writerows([{**photo, **_row(region)} for region in regions or ()] or [photo])


def _row(region: Any) -> dict[str, Any]:
    box = dict(zip(("x", "y", "width", "height"), region.bounding_box, strict=True))
    words = {name: region.get_attribute_value(name, None) for name in ("severity", "origin", "by", "at", "effect")}
    return {"label": region.label, **box, **words}


FORMS: dict[str, Callable[..., None]] = {
    "coco": _with(fo.types.COCODetectionDataset, extra_attrs=["severity"]),
    "cvat": _with(fo.types.CVATImageDataset, classes=False),
    "yolo": _with(fo.types.YOLOv5Dataset),
    "csv": _csv,
}
