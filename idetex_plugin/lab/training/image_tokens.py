"""Image tokens that a small language model can read: where they are, and what damages them, said loudly.

A linear probe finds a token's place, and whether its cell is blurred or blocky, in what the tower says; but these are
faint beside everything else in it, and a decoder of a few layers does not learn to read them. So before it begins, the
connector is given what ridge regression finds, in fixed directions of the tokens, with a stated share of their power.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from idetex_plugin.lab.training.data import Item, normalised
from idetex_plugin.lab.training.model import tower_features
from idetex_plugin.words.vocabulary import VIDA

WAVES = 4
PLACES = 2 * WAVES
RIDGE = 1e-3
BATCH = 16


def curves(place: torch.Tensor) -> torch.Tensor:
    """Cosines of 1 to 4 half periods at places 0..1: a shape (...) gives (..., 4)."""
    return torch.cos(torch.pi * place[..., None] * torch.arange(1, WAVES + 1, device=place.device))


def waves(cells: int) -> torch.Tensor:
    """The curves along x, then along y, at the middle of each cell of a view: (cells * cells, 8)."""
    along = curves((torch.arange(cells) + 0.5) / cells)
    return torch.cat([along.repeat(cells, 1), along.repeat_interleave(cells, 0)], 1)


def directions(width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Fixed directions of image tokens, orthonormal: for the waves of a token's place (8, width), and for the types of
    damage (10, width)."""
    drawn = torch.randn(width, PLACES + len(VIDA), generator=torch.Generator().manual_seed(0))
    places, kinds = torch.linalg.qr(drawn).Q.T.split([PLACES, len(VIDA)])
    return places, kinds


def make_readable(model: Any, items: Sequence[Item], share: float) -> None:
    """Let tokens say their place, and the damage of their cell, each with this share of the power they had before.

    items: samples to fit the probes to; their views are seen alike. Of damage that none of them has nothing is said.
    The connector's weights are changed.
    """
    connector = model.model.connector
    weight = connector.modality_projection.proj.weight
    features = features_of(model, items)
    cells = round(features.shape[1] ** 0.5)
    where = waves(cells).to(features).expand(len(features), -1, -1).flatten(0, 1)
    damaged = torch.stack([(item.ranks > 0).float() for item in items]).flatten(1, 2)
    what = damaged.repeat_interleave(items[0].views.shape[0], 0).flatten(0, 1).to(features)
    features = features.flatten(0, 1)
    power = (features @ weight.T.detach()).square().sum(1).mean()
    places, kinds = (each.to(weight) for each in directions(weight.shape[0]))
    with torch.no_grad():
        for target, along, alike in ((where, places, False), (what, kinds, True)):
            probe = ridge(features, target - target.mean(0))
            said = features @ probe
            if alike:
                probe = probe / said.std(0).clamp_min(1e-6)
                said = features @ probe
            loudness = (share * power / said.square().sum(1).mean().clamp_min(1e-12)).sqrt()
            weight += loudness * along.T @ probe.T


def features_of(model: Any, items: Sequence[Item]) -> torch.Tensor:
    """What the connector's projection is given: (views * N, cells², features)."""
    starts = range(0, len(items), BATCH)
    with torch.no_grad():
        views = (normalised(list(items[i : i + BATCH])).flatten(0, 1) for i in starts)
        return torch.cat([tower_features(model, each.to(model.device)).float() for each in views])


def ridge(features: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The linear map (features, targets) from samples (N, features) to (N, targets), by ridge regression."""
    products = features.T @ features
    penalty = RIDGE * products.diagonal().mean() * torch.eye(len(products), device=products.device)
    fitted: torch.Tensor = torch.linalg.solve(products + penalty, features.T @ target)
    return fitted
