"""Which predictions are meant by a view: those that it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import fiftyone.core.media as fom

from idetex_fiftyone.fields import Fields


def flat(samples: Any) -> Any:
    """A view on single images: of groups, all slices of images."""
    return samples.select_group_slices(media_type=fom.IMAGE) if samples.media_type == fom.GROUP else samples


def photos(samples: Any) -> list[str]:
    """The ids of the samples; patches mean the photos they are cut from."""
    if samples._is_patches:
        return list(dict.fromkeys(samples.values("sample_id")))
    return list(flat(samples).values("id"))


def meant(samples: Any, run: str, ids: Sequence[str] | None = None) -> dict[str, list[str]]:
    """Predictions' ids by sample: of the view, as far as it shows them, or these alone. ValueError for no such run."""
    regions = Fields(run).regions
    if not samples._root_dataset.has_sample_field(regions):
        raise ValueError(f"there is no run {run!r}")
    if samples._is_patches:
        shown = samples.values(f"{regions}.id")
        ids = [each for each in shown if ids is None or each in set(ids)]
        samples = samples._root_dataset
    samples = flat(samples)
    samples = samples.exists(regions) if ids is None else samples.select_labels(ids=list(ids), fields=regions)
    rows = zip(*samples.values(["id", f"{regions}.detections.id"]), strict=True)
    return {sample: list(found) for sample, found in rows if found}
