"""Image tokens that say where they are, before a language model has to read boxes off them.

What a tower knows of a token's place is faint beside what it knows of its texture: a linear probe finds it, a small
decoder does not. So the connector is given what such a probe finds, in directions of its own and loud enough.
"""

from __future__ import annotations

from typing import Any

import torch

WAVES = 4
RIDGE = 1e-3


def waves(cells: int) -> torch.Tensor:
    """Cosines of 1 to 4 half periods along x, then along y, for each token of a view: (cells * cells, 8)."""
    along = (torch.arange(cells) + 0.5) / cells
    curves = torch.cos(torch.pi * along[:, None] * torch.arange(1, WAVES + 1))
    return torch.cat([curves.repeat(cells, 1), curves.repeat_interleave(cells, 0)], 1)


def say_where(model: Any, views: torch.Tensor, share: float) -> torch.Tensor:
    """Add the waves to the connector's output, with `share` of its power, as read by ridge regression on these views.

    views: (N, 3, size, size), normalised as the model's input. Gives the directions, orthonormal: (8, width).
    """
    connector = model.model.connector
    weight = connector.modality_projection.proj.weight
    with torch.no_grad():
        hidden = model.model.vision_model(pixel_values=views).last_hidden_state
        features = connector.pixel_shuffle(hidden, connector.scale_factor).float()
        target = waves(round(features.shape[1] ** 0.5)).to(features).repeat(len(views), 1)
        features = features.flatten(0, 1)
        products = features.T @ features
        ridge = RIDGE * products.diagonal().mean() * torch.eye(len(products), device=products.device)
        probe = torch.linalg.solve(products + ridge, features.T @ target)
        power = (features @ weight.T).square().sum(1).mean()
        loudness = (share * power / (features @ probe).square().sum(1).mean()).sqrt()
        drawn = torch.randn(weight.shape[0], target.shape[1], generator=torch.Generator().manual_seed(0))
        directions: torch.Tensor = torch.linalg.qr(drawn).Q.T.to(weight)
        weight += loudness * directions.T @ probe.T.to(weight)
    return directions
