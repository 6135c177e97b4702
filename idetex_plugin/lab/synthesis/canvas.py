"""A photo on which damage is put piece by piece, with the truth about each piece that can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from idetex_plugin.lab.data.photos import Pixels
from idetex_plugin.lab.synthesis.degrade import Degrade
from idetex_plugin.lab.synthesis.masks import Mask, draw_mask
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.vocabulary import Severity

LOCAL_ONLY = frozenset({"Meaningless solid color"})
VISIBLE = {"Overexposure": 12.0, "Underexposure": 12.0, "Meaningless solid color": 6.0, "Noise": 4.0}
VISIBLE_DEFAULT = 1.6
Plan = tuple[str, Severity, Box]


class Canvas:
    """image: RGB uint8 (H, W, 3) as it stands. regions: what was done to it and can be seen, in order. masks: (H, W)
    in 0..1, one a region. changes: (H, W) absolute luma change by each region's distortion, 0..255. least: the mean
    change from which each region's distortion counts as seen."""

    def __init__(self, image: Pixels) -> None:
        self.image = image
        self.regions: list[Region] = []
        self.masks: list[Mask] = []
        self.changes: list[Mask] = []
        self.least: list[float] = []

    def damage(self, plan: Plan, degrade: Degrade, rng: np.random.Generator, least: float | None = None) -> None:
        """Damage the planned part, unless the luma there would change by less than `least` on average; None is what
        `VISIBLE` says."""
        name, severity, box = plan
        mask = draw_mask(box, self.image.shape[0], self.image.shape[1], rng, hard=name in LOCAL_ONLY)
        damaged = degrade(self.image, severity, rng)
        self.put(plan, damaged if box == WHOLE else _blend(self.image, damaged, mask), mask, least)

    def put(self, plan: Plan, mixed: Pixels, mask: Mask, least: float | None = None) -> None:
        """Make `mixed` the image and its planned part a region, unless its luma would change by less than `least`.

        mask: (H, W) in 0..1, the part; what the image shows beside it may be changed, too."""
        name, severity, box = plan
        least = VISIBLE.get(name, VISIBLE_DEFAULT) if least is None else least
        change = np.abs(luma(mixed) - luma(self.image))
        inside = mask > 0.5
        if not inside.any() or change[inside].mean() < least:
            return
        self.image = mixed
        self.regions.append(Region(distortion=name, severity=severity, box=box))
        self.masks.append(mask)
        self.changes.append(change.astype(np.float32))
        self.least.append(least)


def luma(pixels: NDArray[Any]) -> NDArray[np.float32]:
    """Of RGB (H, W, 3), in its own units: (H, W)."""
    return np.asarray(pixels @ np.array([0.299, 0.587, 0.114], np.float32), np.float32)


def _blend(image: Pixels, damaged: Pixels, mask: Mask) -> Pixels:
    mixed = image + mask[..., None] * (damaged.astype(np.float32) - image)
    return np.rint(mixed).astype(np.uint8)


@dataclass(frozen=True)
class Sample:
    """A distorted photo and its truth.

    image: RGB uint8 (H, W, 3). regions: in the order of application. masks: (H, W) in 0..1, one a region.
    changes: (H, W) absolute luma change by each region's distortion, 0..255, one a region. least: the mean change from
    which each region's distortion counts as seen.
    """

    image: Pixels
    regions: tuple[Region, ...]
    masks: tuple[Mask, ...]
    changes: tuple[Mask, ...]
    least: tuple[float, ...]

    @classmethod
    def of(cls, canvas: Canvas) -> Sample:
        """What is on a canvas."""
        return cls(
            canvas.image, tuple(canvas.regions), tuple(canvas.masks), tuple(canvas.changes), tuple(canvas.least)
        )
