"""Evidence networks while they learn: small ones over statistics of a photo, kept as `views.evidence` reads them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import nn

from idetex_plugin.lab.training.config import EvidenceConfig
from idetex_plugin.tasks.deciding import WHOLE_FRAME
from idetex_plugin.views.evidence import RANKS, Evidence
from idetex_plugin.words.vocabulary import VIDA

TYPES = tuple(name for name in VIDA.names if name in WHOLE_FRAME)


class Network(nn.Module):
    """Two hidden layers of rectified units, and P(rank >= 1), P(rank >= 2), P(rank >= 3) of each of some types."""

    def __init__(self, inputs: int, types: int, config: EvidenceConfig) -> None:
        super().__init__()
        self.sides = (inputs, config.hidden, config.hidden, types * RANKS)
        self.linear = [nn.Linear(*pair) for pair in pairwise(self.sides)]
        self.layers = nn.ModuleList(self.linear)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Standardised statistics (N, inputs) -> log-odds (N, types, 3)."""
        for layer in self.layers[:-1]:
            values = self.dropout(torch.relu(layer(values)))
        return torch.unflatten(self.layers[-1](values), -1, (-1, RANKS))


@dataclass(frozen=True)
class Part:
    """Networks that read these columns of the statistics and tell these of `TYPES`, by number."""

    columns: list[int]
    types: list[int]
    networks: list[Network]


def fitted(inputs: torch.Tensor, truth: torch.Tensor, config: EvidenceConfig, seed: int) -> Network:
    """A network that has learned from statistics (N, inputs) and ranks (N, types), not a number where unknown."""
    torch.manual_seed(seed)
    network = Network(inputs.shape[1], truth.shape[1], config)
    optimizer = torch.optim.AdamW(network.parameters(), config.rate, weight_decay=config.weight_decay)
    batch = min(config.batch, len(inputs))
    steps = config.passes * (len(inputs) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, config.rate, total_steps=max(steps, 2))
    wanted = (truth.unsqueeze(-1) >= torch.arange(1, RANKS + 1)).float()
    weight = (~truth.isnan()).float().unsqueeze(-1).expand_as(wanted)
    for _ in range(config.passes):
        order = torch.randperm(len(inputs))
        for first in range(0, len(inputs) - batch + 1, batch):
            chosen = order[first : first + batch]
            noisy = inputs[chosen] + config.jitter * torch.randn(batch, inputs.shape[1])
            loss = F.binary_cross_entropy_with_logits(network(noisy), wanted[chosen], weight[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return network.eval()


def stacked(parts: list[Part], names: tuple[str, ...], mean: Any, scale: Any) -> Evidence:
    """The networks as they are kept with a checkpoint: side by side in layers that they share, a network of each part
    in each. Where several parts tell a type, the last does."""
    teller = {number: part for part in parts for number in part.types}
    merged = [_merged(parts, number, len(names), teller) for number in range(len(parts[0].networks))]
    weights = [np.stack([each[depth][0] for each in merged]) for depth in range(3)]
    biases = [np.stack([each[depth][1][None] for each in merged]) for depth in range(3)]
    return Evidence(TYPES, names, mean, scale, (weights[0], weights[1], weights[2]), (biases[0], biases[1], biases[2]))


def _merged(
    parts: list[Part], number: int, inputs: int, teller: dict[int, Part]
) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:  # fmt: skip
    """Weights (from, to) and biases (to,) of three layers that say what network `number` of each part says."""
    found, before, width = [], [part.columns for part in parts], inputs
    for depth in range(3):
        layers = [part.networks[number].linear[depth] for part in parts]
        ends = np.cumsum([0, *(layer.out_features for layer in layers)]).tolist()
        after = [list(range(*pair)) for pair in pairwise(ends)]
        weight, bias = np.zeros((width, ends[-1]), np.float32), np.zeros(ends[-1], np.float32)
        for layer, rows, columns in zip(layers, before, after, strict=True):
            weight[np.ix_(rows, columns)] = layer.weight.detach().numpy().T
            bias[columns] = layer.bias.detach().numpy()
        found.append((weight, bias))
        before, width = after, ends[-1]
    owners = [(part, kind) for part in parts for kind in part.types]
    chosen = [
        RANKS * owners.index((teller[kind], kind)) + rank for kind in range(len(TYPES)) for rank in range(RANKS)
    ]
    weight, bias = found[-1]
    return [*found[:-1], (weight[:, chosen], bias[chosen])]
