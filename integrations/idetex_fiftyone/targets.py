"""Which samples are meant by a dataset or a view."""

from __future__ import annotations

from typing import Any

import fiftyone.core.media as fom

from idetex_fiftyone.truth.meant import flat


def targets(samples: Any) -> tuple[Any, Any]:
    """The dataset, and the view on its samples that was meant; patches mean the photos they are cut from, groups all
    their slices of images.

    Raises ValueError, naming what to do instead, for anything but images.
    """
    dataset = samples._root_dataset
    if samples.media_type == fom.GROUP:
        if fom.IMAGE not in samples.group_media_types.values():
            raise ValueError(f"no slice of the groups is of images: {', '.join(samples.group_media_types)}")
        return dataset, flat(samples)
    if samples._is_frames or samples._is_clips:
        raise ValueError(
            "frames and clips of videos are not assessed: make a dataset of images with to_frames().clone()"
        )
    if samples._is_patches:
        return dataset, dataset.select(samples.distinct("sample_id"))
    if samples.media_type not in (fom.IMAGE, None):
        raise ValueError(f"images are assessed, and this is {samples.media_type}")
    return dataset, samples.view()
