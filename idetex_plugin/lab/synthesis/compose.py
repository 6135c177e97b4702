"""From one photo to one training sample: which distortions, where, how strong, in which order, and can they be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from idetex_plugin.lab.data.boxes import random_box
from idetex_plugin.lab.data.photos import Pixels
from idetex_plugin.lab.synthesis.camera import shoot
from idetex_plugin.lab.synthesis.camera.shot import EXTENTS
from idetex_plugin.lab.synthesis.canvas import LOCAL_ONLY, Canvas, Plan, Sample
from idetex_plugin.lab.synthesis.degrade import DEGRADE, jpeg
from idetex_plugin.lab.synthesis.distractors import DISTRACTORS, distract
from idetex_plugin.lab.synthesis.masks import Mask
from idetex_plugin.lab.synthesis.reframe import reframed
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.vocabulary import VIDA, Severity

ORDER = (
    "Meaningless solid color", "Motion blur", "Out of focus blur", "Low clarity", "Overexposure", "Underexposure",
    "Edge aliasing effect", "Edge ringing effect", "Noise", "Blocking artifacts",
)
RIVALS = (
    {"Overexposure", "Underexposure"},
    {"Low clarity", "Motion blur", "Out of focus blur", "Edge aliasing effect", "Edge ringing effect"},
)
CELL_SHARE = 0.5
SOLID_AREAS = ((Severity.MINOR, 0.06), (Severity.MODERATE, 0.2), (Severity.SEVERE, 1.0))


@dataclass(frozen=True)
class Recipe:
    """How samples are drawn. Shares of zero, one, two and three distortions; share of whole-frame ones, for all types
    and for named ones; sides of local boxes relative to the frame; weights of the types (missing ones count 1) and of
    each type's three severities (missing ones are even); share of clean samples with the look of a `distractor`, one
    of those named; share of samples cropped and mirrored once they are damaged; share of samples that a `camera` takes,
    where the shares of whole-frame ones are `camera.shot.EXTENTS`. The last two fields are for `photos.cut`."""

    counts: tuple[float, ...] = (0.2, 0.45, 0.25, 0.1)
    whole_share: float = 0.4
    whole_shares: Mapping[str, float] = field(default_factory=dict)
    sides: tuple[float, float] = (0.22, 0.75)
    weights: Mapping[str, float] = field(default_factory=dict)
    severities: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    distractor_share: float = 0
    distractors: tuple[str, ...] = tuple(DISTRACTORS)
    framed_share: float = 0
    camera_jpeg_share: float = 0.5
    camera_share: float = 0
    photo_sides: tuple[int, int] = (320, 1100)
    tiled_share: float = 0


class Synthesizer:
    """Draws samples. All randomness comes from the generator it is given, so a seed decides everything."""

    def __init__(self, recipe: Recipe | None = None) -> None:
        self.recipe = recipe or Recipe()

    def sample(self, photo: Pixels, rng: np.random.Generator) -> Sample:
        """Distort a photo, RGB uint8 (H, W, 3), as the recipe says. The photo itself is not changed."""
        recipe = self.recipe
        by_camera = bool(recipe.camera_share) and rng.random() < recipe.camera_share
        plans = self.plan(rng, EXTENTS if by_camera else None)
        if recipe.distractor_share and not plans and rng.random() < recipe.distractor_share:
            photo = distract(photo, rng, recipe.distractors)
        sample = Sample.of(shoot(photo, plans, rng)) if by_camera else self.apply(photo, plans, rng)
        share = recipe.framed_share
        return reframed(sample, rng) if share and rng.random() < share else sample

    def plan(self, rng: np.random.Generator, extents: Mapping[str, float] | None = None) -> list[Plan]:
        """Draw which distortions to apply: (type, severity, box) in the order of application.

        extents: shares of whole-frame ones by type in place of the recipe's."""
        whole_shares = self.recipe.whole_shares if extents is None else extents
        counts = np.array(self.recipe.counts)
        wanted = int(rng.choice(len(counts), p=counts / counts.sum()))
        weights = np.array([self.recipe.weights.get(name, 1.0) for name in VIDA.names])
        chosen: list[Plan] = []
        for name in rng.choice(VIDA.names, size=int((weights > 0).sum()), replace=False, p=weights / weights.sum()):
            if len(chosen) == wanted:
                break
            severity = self._severity(str(name), rng)
            share = whole_shares.get(name, self.recipe.whole_share)
            whole = rng.random() < share and name not in LOCAL_ONLY
            box = WHOLE if whole else random_box(rng, *self.recipe.sides)
            if name in LOCAL_ONLY:
                severity = next(s for s, area in SOLID_AREAS if box.area <= area)
            if any(self._clash(str(name), box, other, place) for other, _, place in chosen):
                continue
            chosen.append((str(name), severity, box))
        return sorted(chosen, key=lambda plan: ORDER.index(plan[0]))

    def _severity(self, name: str, rng: np.random.Generator) -> Severity:
        weights = self.recipe.severities.get(name)
        if weights is None:
            return list(Severity)[int(rng.integers(3))]
        return list(Severity)[int(rng.choice(3, p=np.array(weights) / sum(weights)))]

    @staticmethod
    def _clash(name: str, box: Box, other: str, place: Box) -> bool:
        shared = box.intersection(place) / min(box.area, place.area)
        rivals = any(name in group and other in group for group in RIVALS)
        solid = name in LOCAL_ONLY or other in LOCAL_ONLY
        return shared > 0.05 if rivals or solid else (shared > 0.3 and WHOLE not in (box, place))

    def apply(self, photo: Pixels, plans: list[Plan], rng: np.random.Generator) -> Sample:
        """Apply these distortions in order, keep as regions those that can be seen, then encode as a camera would."""
        canvas = Canvas(photo)
        for plan in plans:
            canvas.damage(plan, DEGRADE[plan[0]], rng)
        if rng.random() < self.recipe.camera_jpeg_share:
            canvas.image = jpeg(canvas.image, int(rng.integers(82, 97)))
        return Sample.of(canvas)


def cell_targets(sample: Sample, cells: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Dense targets on a cells x cells grid: severity ranks (cells, cells, types) and weights of the same shape.

    A cell that is partly covered, or covered but visibly unchanged (blur over a flat sky), weighs 0.
    """
    ranks = np.zeros((cells, cells, len(VIDA)), np.float32)
    weights = np.ones_like(ranks)
    for region, mask, change, least in zip(sample.regions, sample.masks, sample.changes, sample.least, strict=True):
        kind = VIDA.names.index(region.distortion)
        coverage, strength = _pool(mask, cells), _pool(change * mask, cells)
        on = coverage > CELL_SHARE
        ranks[..., kind] = np.where(on, region.severity.rank if region.severity else 0, ranks[..., kind])
        unsure = ((coverage > 0.1) & ~on) | (on & (strength < least / 3))
        weights[..., kind] = np.where(unsure, 0.0, weights[..., kind])
    return ranks, weights


def _pool(values: Mask, cells: int) -> Mask:
    height, width = values.shape
    rows = np.linspace(0, height, cells + 1).astype(int)[:-1]
    columns = np.linspace(0, width, cells + 1).astype(int)[:-1]
    sums = np.add.reduceat(np.add.reduceat(values, rows, 0), columns, 1)
    areas = np.outer(np.diff([*rows, height]), np.diff([*columns, width]))
    return np.asarray(sums / areas, np.float32)
