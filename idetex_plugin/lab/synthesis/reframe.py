"""Cropping and mirroring a sample after it was damaged, so that boxes are cut by the frame as in real photographs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from idetex_plugin.lab.data.augment.framing import draw_framing
from idetex_plugin.lab.synthesis.canvas import Sample
from idetex_plugin.lab.synthesis.masks import Mask
from idetex_plugin.words.box import Box


def reframed(sample: Sample, rng: np.random.Generator) -> Sample:
    """The sample in another frame, with boxes around what its masks still cover."""
    height, width = sample.image.shape[:2]
    framing = draw_framing(tuple(region.box for region in sample.regions), (width, height), rng)
    kept = []
    for region, mask, change, least in zip(sample.regions, sample.masks, sample.changes, sample.least, strict=True):
        covered = framing.pixels(mask)
        box = around(covered)
        if box is not None:
            kept.append((region.model_copy(update={"box": box}), covered, framing.pixels(change), least))
    regions, masks, changes, floors = zip(*kept, strict=True) if kept else ((), (), (), ())
    return replace(
        sample, image=framing.pixels(sample.image), regions=regions, masks=masks, changes=changes, least=floors
    )


def around(mask: Mask) -> Box | None:
    """The box around the part of a mask (H, W) that exceeds one half; None if nothing does."""
    rows, columns = np.nonzero(mask > 0.5)
    if not rows.size:
        return None
    corners = int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1
    return Box.from_scaled(corners, mask.shape[1], mask.shape[0])
