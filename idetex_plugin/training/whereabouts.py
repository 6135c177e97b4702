"""Image tokens that say where they are, before a language model has to read boxes off them.

What a tower knows of a token's place is faint beside what it knows of its texture: a linear probe finds it, a small
decoder does not. So the connector is given what such a probe finds, in directions of its own and loud enough.
"""

from __future__ import annotations

from typing import Any

import torch

WAVES = 4
RIDGE = 1e-3


def curves(place: torch.Tensor) -> torch.Tensor:
    """Cosines of 1 to 4 half periods at places 0..1: a shape (...) gives (..., 4)."""
    return torch.cos(torch.pi * place[..., None] * torch.arange(1, WAVES + 1, device=place.device))


def waves(cells: int) -> torch.Tensor:
    """The curves along x, then along y, at the middle of each cell of a view: (cells * cells, 8)."""
    along = curves((torch.arange(cells) + 0.5) / cells)
    return torch.cat([along.repeat(cells, 1), along.repeat_interleave(cells, 0)], 1)


def directions(width: int) -> torch.Tensor:
    """Fixed orthonormal directions of image tokens (24, width): 8 for the waves of a token's own place, and 16 for
    those of the four sides of the region that damages it (see `extents`)."""
    drawn = torch.randn(width, 6 * WAVES, generator=torch.Generator().manual_seed(0))
    basis: torch.Tensor = torch.linalg.qr(drawn).Q.T.contiguous()
    return basis


def say_where(model: Any, views: torch.Tensor, share: float) -> None:
    """Add the waves to the connector's output, with `share` of its power, as read by ridge regression on these views.

    views: (N, 3, size, size), normalised as the model's input.
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
        weight += loudness * directions(weight.shape[0])[: 2 * WAVES].T.to(weight) @ probe.T.to(weight)
