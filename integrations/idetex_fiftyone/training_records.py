"""What reviewers have settled, as records to train on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from idetex_fiftyone.counts import ACCEPTED, REVIEWED
from idetex_fiftyone.fields import Fields
from idetex_plugin.lab.data.vida.records import Labelled, labelled
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import Box


def to_training_records(samples: Any, run: str = "idetex") -> Iterator[Labelled]:
    """ViDA records of the photos whose every region was reviewed: with the accepted and the relabelled ones.

    Photos with regions that wait for a reviewer are left out, and so are photos in which the run found nothing, since
    nobody has said that this is right. `training.vida_data.metadata.write_metadata` writes the records to a file.
    """
    regions = Fields(run).regions
    samples = samples.exists(regions)
    samples.compute_metadata()
    columns = ["filepath", "metadata.width", "metadata.height", f"{regions}.detections"]
    for path, width, height, found in zip(*samples.values(columns), strict=True):
        if found and width and all(set(REVIEWED) & set(region.tags) for region in found):
            yield labelled(path, width, height, tuple(_region(each) for each in found if ACCEPTED in each.tags))


def _region(label: Any) -> Region:
    return Region(
        distortion=label.label,
        severity=label.severity,
        box=Box.from_xywh(tuple(label.bounding_box)),
        effect=label.effect or "",
    )
