"""What people have settled, as records to train on."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from idetex_fiftyone.truth.fields import DEFAULT, TruthFields
from idetex_fiftyone.truth.meant import flat
from idetex_fiftyone.truth.sheet import FULLY, Doc
from idetex_fiftyone.truth.store import sheets
from idetex_plugin.lab.data.vida.records import Labelled, labelled
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.vocabulary import VIDA, Level

NOTHING = "photos without damage and without a level"
UNREADABLE = "photos that cannot be read"
log = logging.getLogger(__name__)


class TrainingRecords:
    """ViDA records of the photos of a dataset or view that people have fully reviewed; iterate it for them.

    A record has the truth's regions and the level that the reviewer gave, or none. Left out are regions whose label is
    not of the vocabulary, or whose box or severity cannot be read, and photos without damage whose level nobody gave:
    whoever trains on them would take them for excellent. After the iteration, `skipped` counts what was left out, and
    `open` the photos that are not fully reviewed. `lab.data.vida.metadata.write_metadata` writes the records to a file.
    """

    def __init__(self, samples: Any, name: str = DEFAULT) -> None:
        self._samples, self._fields = flat(samples), TruthFields(name)
        self.skipped: Counter[str] = Counter()
        self.open = 0

    def __iter__(self) -> Iterator[Labelled]:
        self.skipped, self.open = Counter(), 0
        self._samples.compute_metadata(progress=False)
        for doc, sheet in sheets(self._samples, self._fields, also=["metadata"]):
            if sheet.state != FULLY:
                self.open += 1
                continue
            size = doc.get("metadata") or {}
            if not size.get("width") or not size.get("height"):
                self.skipped[UNREADABLE] += 1
                continue
            regions = tuple(filter(None, map(self._region, sheet.regions.values())))
            if not regions and sheet.level is None:
                self.skipped[NOTHING] += 1
                continue
            record = labelled(doc["filepath"], size["width"], size["height"], regions)
            yield record.model_copy(update={"level": None if sheet.level is None else Level(sheet.level)})
        if self.skipped:
            log.warning("left out: %s", ", ".join(f"{count:,} x {name}" for name, count in self.skipped.items()))

    def _region(self, region: Doc) -> Region | None:
        label = str(region.get("label"))
        kind = VIDA.find(label)
        try:
            if kind is None:
                raise ValueError(label)
            return Region(
                distortion=kind.name,
                severity=region.get("severity"),
                box=Box.from_xywh(tuple(region["bounding_box"])),
                effect=region.get("effect") or "",
            )
        except (KeyError, TypeError, ValueError, ValidationError):
            self.skipped[label] += 1
            return None


def to_training_records(samples: Any, name: str = DEFAULT) -> TrainingRecords:
    """The records of fully reviewed photos: see `TrainingRecords`."""
    return TrainingRecords(samples, name)
