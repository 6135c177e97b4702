"""Damaged image tokens that know the box of their region, so that reading a box is copying it.

Finding the borders of a region among hundreds of tokens from a few location tokens a photo is slow to learn for a
language model. A tower that attends both ways learns it from every damaged cell, as anchor-free detectors do (FCOS,
2019). The sides are put into directions of the image tokens that are fixed, as waves, and loud.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from idetex_plugin.assessment import Region
from idetex_plugin.training.whereabouts import WAVES, curves, directions

LOUDNESS = 3.0


def cell_extents(regions: Sequence[Region], cells: int) -> torch.Tensor:
    """The sides x1 y1 x2 y2, 0..1, of the smallest region over the middle of each cell: (cells * cells, 4), nan where
    there is none."""
    found = torch.full((cells, cells, 4), torch.nan)
    middle = (torch.arange(cells) + 0.5) / cells
    for region in sorted(regions, key=lambda region: -region.box.area):
        box = region.box
        rows = (middle >= box.y1) & (middle <= box.y2)
        columns = (middle >= box.x1) & (middle <= box.x2)
        found[rows[:, None] & columns] = torch.tensor([box.x1, box.y1, box.x2, box.y2])
    return found.flatten(0, 1)


def extent_loss(tokens: torch.Tensor, regions: Sequence[Sequence[Region]]) -> torch.Tensor:
    """Mean squared error of the sides' waves in the tokens of damaged cells, small and large regions counting alike; 1
    is as bad as saying nothing.

    tokens: (N, 2, cells², width). regions: those of each photo.
    """
    cells = round(tokens.shape[2] ** 0.5)
    sides = torch.stack([cell_extents(each, cells) for each in regions]).to(tokens.device)
    known = sides.isfinite().all(-1)
    if not known.any():
        return tokens.sum() * 0
    x1, y1, x2, y2 = sides[known].unbind(-1)
    weights = 1 / ((x2 - x1) * (y2 - y1))
    said = tokens.float() @ directions(tokens.shape[-1])[2 * WAVES :].T.to(tokens.device) / LOUDNESS
    wanted = curves(sides[known]).flatten(1)
    off = (said.transpose(0, 1)[:, known] - wanted).square().mean(-1)
    return 2 * (off * weights).sum() / (2 * weights.sum())
