"""Evidence networks: what the statistics of a whole photo say of damage of the whole frame (see `views.evidence`)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

from idetex_plugin.lab.data.photos import Split
from idetex_plugin.lab.measures.ranking import auroc
from idetex_plugin.lab.training.config import EvidenceConfig
from idetex_plugin.lab.training.data import Stream
from idetex_plugin.lab.training.trainer import Trainer
from idetex_plugin.tasks.deciding import WHOLE_AREA, WHOLE_FRAME
from idetex_plugin.views.evidence import FARTHEST, RANKS, Evidence
from idetex_plugin.views.statistics import BLOCK, statistics
from idetex_plugin.words.vocabulary import VIDA

TYPES = tuple(name for name in VIDA.names if name in WHOLE_FRAME)
LEAST_SCALE = 1e-3
SHARE_WATCHED = 8
Drawn = tuple[NDArray[np.float32], NDArray[np.float32]]


class Statistics(Dataset[Drawn]):
    """Samples of a stream: their statistics (S,), none of a tiny one, and for each type the rank of its severity where
    it has the whole frame, 0 where the photo has none of it, not a number where it has a part, of which nothing is
    learned."""

    def __init__(self, stream: Stream, count: int) -> None:
        self.stream, self.count = stream, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Drawn:
        sample = self.stream.sample(index)
        values = np.array(list(statistics(Image.fromarray(sample.image)).values()), np.float32)
        truth = np.zeros(len(TYPES), np.float32)
        for region in sample.regions:
            if region.distortion in TYPES:
                rank = region.severity.rank if region.severity else np.nan
                truth[TYPES.index(region.distortion)] = rank if region.box.area >= WHOLE_AREA else np.nan
        return values, truth


class Network(nn.Module):
    """Two hidden layers of rectified units, and P(rank >= 1), P(rank >= 2), P(rank >= 3) of each type."""

    def __init__(self, inputs: int, config: EvidenceConfig) -> None:
        super().__init__()
        sides = (inputs, config.hidden, config.hidden, len(TYPES) * RANKS)
        self.layers = nn.ModuleList([nn.Linear(*pair) for pair in pairwise(sides)])
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Standardised statistics (N, S) -> log-odds (N, types, 3)."""
        for layer in self.layers[:-1]:
            values = self.dropout(torch.relu(layer(values)))
        return torch.unflatten(self.layers[-1](values), -1, (len(TYPES), RANKS))


def learn(trainer: Trainer, config: EvidenceConfig) -> Evidence:
    """Draw samples, learn, and say how well the networks tell each type on samples of validation photographs."""
    values, truth = drawn(trainer, "train", config.samples)
    mean, scale = values.mean(0), values.std(0) + LEAST_SCALE
    inputs = torch.from_numpy(np.clip((values - mean) / scale, -FARTHEST, FARTHEST))
    seeds = range(trainer.config.seed, trainer.config.seed + config.networks)
    networks = [fitted(inputs, torch.from_numpy(truth), config, seed) for seed in seeds]
    names = tuple(statistics(Image.new("RGB", (BLOCK, BLOCK))))
    evidence = stacked(networks, names, mean, scale)
    values, truth = drawn(trainer, "validation", max(config.samples // SHARE_WATCHED, 2))
    told = evidence.shares(values)[..., 0]
    found = {}
    for number, name in enumerate(TYPES):
        known = ~np.isnan(truth[:, number])
        score = auroc(told[known, number], truth[known, number] > 0)
        if score is not None:
            found[f"AUROC {name}"] = score
    trainer.logger("evidence")(config.samples, found)
    return evidence


def drawn(trainer: Trainer, split: Split, count: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Statistics (N, S) and truth (N, types) of so many samples."""
    cv2.setNumThreads(0)
    stream = trainer.stream(split, trainer.config.seed + 6)
    # As tensors, each sample would hold a file open for as long as it is kept.
    loader: Any = DataLoader(
        Statistics(stream, count), batch_size=None, num_workers=trainer.config.workers, collate_fn=_as_it_is,
        prefetch_factor=16 if trainer.config.workers else None,
    )
    values, truth = zip(*(sample for sample in loader if sample[0].size), strict=True)
    return np.stack(values), np.stack(truth)


def _as_it_is(sample: Any) -> Any:
    return sample


def fitted(inputs: torch.Tensor, truth: torch.Tensor, config: EvidenceConfig, seed: int) -> Network:
    """A network that has learned from statistics (N, S) and truth (N, types)."""
    torch.manual_seed(seed)
    network = Network(inputs.shape[1], config)
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


def stacked(networks: list[Network], names: tuple[str, ...], mean: Any, scale: Any) -> Evidence:
    """The networks as they are kept with a checkpoint."""
    layers = [[network.layers[number] for network in networks] for number in range(3)]
    weights = [np.stack([each.weight.detach().numpy().T for each in layer]) for layer in layers]  # type: ignore[operator]
    biases = [np.stack([each.bias.detach().numpy()[None] for each in layer]) for layer in layers]  # type: ignore[operator]
    return Evidence(TYPES, names, mean, scale, (weights[0], weights[1], weights[2]), (biases[0], biases[1], biases[2]))
