"""A connector for a tower that has learned: its image tokens stay as near as they can to those known so far.

After a dense stage on a trained checkpoint the language model would have to learn to read from the beginning; so the
connector's projection becomes the least-squares map from what the tower says now to the tokens it gave before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from idetex_plugin.lab.training.data import Item
from idetex_plugin.lab.training.image_tokens import features_of, ridge
from idetex_plugin.lab.training.model import project


def tokens_of(model: Any, items: Sequence[Item]) -> torch.Tensor:
    """Image tokens of all views of these samples: (views * N * cells², width)."""
    with torch.no_grad():
        return project(model, features_of(model, items)).flatten(0, 1)


def realign(model: Any, items: Sequence[Item], known: torch.Tensor) -> float:
    """Fit the projection to `known`, the tokens of these samples before; gives the share of their variance that is
    met."""
    weight = model.model.connector.modality_projection.proj.weight
    features = features_of(model, items).flatten(0, 1)
    known = known.to(features)
    fitted = ridge(features, known)
    with torch.no_grad():
        weight.copy_(fitted.T)
    missed = (known - features @ fitted).square().sum()
    return float(1 - missed / (known - known.mean(0)).square().sum())
