"""What does the third view show that the first two do not? Prints a Markdown table.

    python benchmarks/views.py PHOTOGRAPHS [--train 1500] [--check 500]

The tower of the embedded checkpoint as it stands looks at synthetic damage of the training and of the validation
photographs; heads, linear or with a hidden layer of 256, learn from the former which damage each cell has, from two
views or from three. The measure is average precision per cell of the validation photographs, mean over the ten types:
of all cells, and with photos left out in which the type covers most of the frame.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from idetex_plugin.lab.data.photos import Split
from idetex_plugin.lab.training.attention import use_plain_attention
from idetex_plugin.lab.training.config import TrainConfig, read_config
from idetex_plugin.lab.training.data import Stream, load_sources
from idetex_plugin.lab.training.dense import average_precision
from idetex_plugin.lab.training.initial import like_start, load_start
from idetex_plugin.lab.training.model import tower_features
from idetex_plugin.lab.training.trainer import recipe
from idetex_plugin.words.vocabulary import VIDA

RECIPE = Path(__file__).parents[1] / "idetex_plugin/lab/training/recipes/nano-measured.toml"
HIDDEN, BATCH, EPOCHS, RATE = 256, 1024, 6, 2e-3
MOSTLY = 0.8


def looked(config: TrainConfig, photographs: Path, split: Split, count: int) -> tuple[torch.Tensor, ...]:
    """What the tower makes of `count` samples (N, cells², views, features), their ranks and weights."""
    model, _ = load_start(config)
    use_plain_attention(model)

    def tower(views: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            return tower_features(model, views).half()

    shape = config.architecture
    stream = Stream(
        load_sources(photographs, split), recipe(config.synthesis), size=shape.image_size, cells=shape.cells,
        seed=config.seed, views=3, tower=tower,
    )  # fmt: skip
    items = [stream.item(index) for index in range(count)]
    features = torch.stack([item.looked for item in items if item.looked is not None]).transpose(1, 2)
    ranks = torch.stack([item.ranks for item in items]).flatten(1, 2)
    weights = torch.stack([item.weights for item in items]).flatten(1, 2)
    return features, ranks, weights


def head(inputs: int, hidden: int) -> torch.nn.Module:
    """Logits of the ten types."""
    if not hidden:
        return torch.nn.Linear(inputs, len(VIDA))
    first, last = torch.nn.Linear(inputs, hidden), torch.nn.Linear(hidden, len(VIDA))
    return torch.nn.Sequential(first, torch.nn.GELU(), torch.nn.Dropout(0.2), last)


def fitted(train: tuple[torch.Tensor, ...], views: int, hidden: int) -> torch.nn.Module:
    """A head on normalised features of the first `views` views."""
    features, ranks, weights = train
    cells = features[:, :, :views].flatten(2).flatten(0, 1).float()
    damaged, counts = (ranks.flatten(0, 1) > 0).float(), weights.flatten(0, 1)
    torch.manual_seed(0)
    norm = torch.nn.BatchNorm1d(cells.shape[1], affine=False)
    net = torch.nn.Sequential(norm, head(cells.shape[1], hidden))
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.05)
    steps = EPOCHS * len(cells) // BATCH
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = RATE * (1 - step / steps)
        drawn = torch.randint(len(cells), (BATCH,))
        loss = F.binary_cross_entropy_with_logits(net(cells[drawn]), damaged[drawn], weight=counts[drawn])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return net.eval()


def precisions(net: torch.nn.Module, check: tuple[torch.Tensor, ...], views: int) -> np.ndarray:
    """(types, 2): average precision of all cells, and without photos that are mostly covered."""
    features, ranks, weights = check
    with torch.no_grad():
        score = torch.stack([net(photo[:, :views].flatten(1).float()) for photo in features]).numpy()
    damaged, counts = (ranks > 0).numpy(), (weights > 0).numpy()
    found = []
    for kind in range(len(VIDA)):
        local = counts[..., kind] & (damaged[..., kind].mean(1) < MOSTLY)[:, None]
        parts = (counts[..., kind], local)
        found.append([average_precision(score[..., kind][part], damaged[..., kind][part]) for part in parts])
    return np.array(found)


def main() -> None:
    """Look, fit and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--train", type=int, default=1500, help="samples to learn from")
    parser.add_argument("--check", type=int, default=500, help="samples to measure on")
    options = parser.parse_args()
    config = like_start(read_config(RECIPE)[0])
    train = looked(config, options.photographs, "train", options.train)
    check = looked(config, options.photographs, "validation", options.check)
    print(f"| head | views | all cells | local damage | {' | '.join(VIDA.names)} |\n|{' --- |' * (4 + len(VIDA))}")
    for hidden in (0, HIDDEN):
        for views in (2, 3):
            found = precisions(fitted(train, views, hidden), check, views)
            means, types = np.nanmean(found, 0), " | ".join(f"{value:.2f}" for value in found[:, 1])
            name = "a hidden layer" if hidden else "linear"
            print(f"| {name} | {views} | {means[0]:.3f} | {means[1]:.3f} | {types} |", flush=True)


if __name__ == "__main__":
    main()
