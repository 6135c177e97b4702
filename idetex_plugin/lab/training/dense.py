"""Dense pre-training: every image token learns which distortions its cell has, how severe, where it is and its colour.

Hundreds of labels a photo instead of a sentence, so that the tower and the connector know what they see before a
language model reads them. The heads are thrown away.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from idetex_plugin.lab.training.data import Item, normalised
from idetex_plugin.lab.training.model import project, tower_features
from idetex_plugin.words.vocabulary import VIDA, Severity

RANKS = len(Severity)
RARE = -2.5


class DenseHeads(torch.nn.Module):
    """Linear read-outs of image tokens. Ordinal severities: P(rank >= 1), P(rank >= 2), P(rank >= 3) of each type."""

    def __init__(self, width: int, cells: int, views: int = 2) -> None:
        super().__init__()
        outputs = len(VIDA) * RANKS
        self.kinds = torch.nn.ModuleList([torch.nn.Linear(width, outputs) for _ in range(views)])
        self.fused = torch.nn.ModuleList([torch.nn.Linear(width, outputs) for _ in range(views)])
        self.extras = torch.nn.ModuleList([torch.nn.Linear(width, 2 + 3) for _ in range(views)])
        for layer in (*self.kinds, self.fused[0]):
            for name, parameter in layer.named_parameters():
                if name == "bias":
                    torch.nn.init.constant_(parameter, RARE)
        grid = (torch.arange(cells).float() + 0.5) / cells * 2 - 1
        places = torch.stack(torch.meshgrid(grid, grid, indexing="ij"), -1).reshape(cells * cells, 2)
        self.places: torch.Tensor
        self.register_buffer("places", places, persistent=False)

    def forward(self, tokens: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor], list[torch.Tensor]]:
        """tokens (N, views, cells², width) -> fused logits (N, cells², types, 3), the same of each view, and extras."""
        shape = (*tokens[:, 0].shape[:2], len(VIDA), RANKS)
        views = tokens.unbind(1)
        fused = torch.stack([layer(view) for layer, view in zip(self.fused, views, strict=True)]).sum(0).view(shape)
        single = [layer(view).view(shape) for layer, view in zip(self.kinds, views, strict=True)]
        extras = [layer(view) for layer, view in zip(self.extras, views, strict=True)]
        return fused, single, extras


def image_tokens(model: Any, views: torch.Tensor) -> torch.Tensor:
    """(N, views, 3, size, size) -> (N, views, cells², width)."""
    tokens: torch.Tensor = project(model, tower_features(model, views.flatten(0, 1))).unflatten(0, views.shape[:2])
    return tokens


def dense_loss(tokens: torch.Tensor, heads: DenseHeads, items: list[Item]) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean loss of a batch's `image_tokens` (fused severities, each view's own at a lower weight, places, colours), and
    the fused logits (N, cells², types, 3)."""
    device = tokens.device
    fused, single, extras = heads(tokens.float())
    colours = torch.stack([item.colours for item in items]).flatten(1, 2).to(device) * 2 - 1
    places = heads.places.expand(len(items), -1, -1)
    extra = torch.cat([places, colours], -1)
    aside = sum(F.mse_loss(view, extra) for view in extras)
    alone = sum(severity_loss(logits, items) for logits in single)
    return severity_loss(fused, items) + 0.3 * alone + 0.05 * aside, fused


class CellHead(torch.nn.Module):
    """A linear read-out, as of `DenseHeads`, of what the language model has made of one view's tokens."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = torch.nn.LayerNorm(width)
        self.kinds = torch.nn.Linear(width, len(VIDA) * RANKS)
        torch.nn.init.constant_(self.kinds.bias, RARE)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """(N, cells², width) -> logits (N, cells², types, 3)."""
        logits: torch.Tensor = self.kinds(self.norm(hidden)).unflatten(-1, (len(VIDA), RANKS))
        return logits


def severity_loss(logits: torch.Tensor, items: list[Item]) -> torch.Tensor:
    """Mean ordinal loss of logits (N, cells², types, 3); cells of weight 0 do not count."""
    ranks = torch.stack([item.ranks for item in items]).flatten(1, 2).to(logits.device)
    weights = torch.stack([item.weights for item in items]).flatten(1, 2).to(logits.device)[..., None]
    target = torch.stack([(ranks >= rank).float() for rank in range(1, RANKS + 1)], -1)
    loss = F.binary_cross_entropy_with_logits(logits, target, reduction="none") * weights
    return loss.sum() / (weights.sum() * RANKS)


def token_precision(model: Any, heads: DenseHeads, items: list[Item], device: torch.device) -> dict[str, float]:
    """Average precision per token of each distortion's presence (rank >= 1) over these items."""
    scores: list[NDArray[np.float32]] = []
    with torch.no_grad():
        for start in range(0, len(items), 16):
            tokens = image_tokens(model, normalised(items[start : start + 16]).to(device))
            scores.append(heads(tokens.float())[0][..., 0].float().cpu().numpy())
    score = np.concatenate(scores).reshape(-1, len(VIDA))
    truth = np.stack([item.ranks.numpy() for item in items]).reshape(score.shape) >= 1
    weight = np.stack([item.weights.numpy() for item in items]).reshape(score.shape)
    return {
        name: average_precision(score[weight[:, k] > 0, k], truth[weight[:, k] > 0, k])
        for k, name in enumerate(VIDA.names)
    }


def average_precision(score: NDArray[np.float32], truth: NDArray[np.bool_]) -> float:
    """Area under the precision-recall steps; nan without a positive."""
    hits = truth[np.argsort(-score, kind="stable")]
    if not hits.any():
        return float("nan")
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean())
