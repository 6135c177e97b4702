"""The batches of a stage: a plain stream, or one whose recipe follows the model's errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from idetex_plugin.lab.synthesis import Recipe
from idetex_plugin.lab.training.config import StageConfig
from idetex_plugin.lab.training.data import Item, Stream, batches
from idetex_plugin.lab.training.dense import RANKS
from idetex_plugin.lab.training.online import HardNegatives, Observed, Online, RunningError
from idetex_plugin.words.vocabulary import VIDA


class Feed:
    """Gives the batch of each step in turn, from any step on. With `online` unset it learns nothing.

    The state holds the weights in force, so that a resumed run draws what it would have drawn.
    """

    def __init__(
        self, stream: Stream, stage: StageConfig, workers: int, device: torch.device, online: Online | None = None,
        errors: RunningError | None = None,
    ) -> None:  # fmt: skip
        self.stream, self.stage, self.workers, self.device, self.online = stream, stage, workers, device, online
        self.errors = errors or RunningError()
        self.negatives = HardNegatives(online.pool if online else 1)
        self._plain = stream.synthesizer.recipe
        self._iterator: Iterator[list[Item]] | None = None
        self._in_force: dict[str, Any] | None = None

    def batch(self, step: int) -> list[Item]:
        """The items of a step; steps must follow each other."""
        if self.online and self.online.reweight and step % self.online.every == 0:
            self._in_force = {"weights": self.errors.weights(), "severities": self.errors.severities()}
            self._iterator = None
        if self._iterator is None:
            self.stream = self.stream.again(self._recipe(), step * self.stage.batch)
            self._iterator = batches(
                self.stream, self.stage.batch // self.stream.part[1], self.workers, self.device
            )
        items = next(self._iterator)
        return self._with_negatives(items, step) if self.online else items

    def learn(self, items: list[Item], logits: torch.Tensor) -> None:
        """Take in how well these items were judged: logits (N, cells², types, 3) of their cells' severities."""
        if self.online is None:
            return
        shares = torch.sigmoid(logits.detach().float()).cpu()
        judged = list(zip(items, shares, strict=True))
        self.errors.update(observed for item, share in judged for observed in _errors(item, share))
        for item, share in judged:
            if not item.regions:
                self.negatives.offer(item.index, float((share[..., 0] > 0.5).float().mean(0).max()))

    def state_dict(self) -> dict[str, Any]:
        """Errors, pool and the weights in force."""
        return {
            "errors": self.errors.state_dict(), "negatives": self.negatives.state_dict(), "in_force": self._in_force
        }  # fmt: skip

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        self.errors.load_state_dict(state["errors"])
        self.negatives.load_state_dict(state["negatives"])
        self._in_force = state["in_force"]

    def _recipe(self) -> Recipe:
        if self._in_force is None:
            return self._plain
        weights = {
            name: weight * self._plain.weights.get(name, 1.0) for name, weight in self._in_force["weights"].items()
        }
        return replace(self._plain, weights=weights, severities=self._in_force["severities"])

    def _with_negatives(self, items: list[Item], step: int) -> list[Item]:
        """The last items replaced by mistaken clean ones. A sample that other weights made damaged is left out."""
        assert self.online is not None
        wanted = round(self.online.hard_share * len(items))
        rng = np.random.default_rng((self.stream.seed, step))
        again = (self.stream.item(index) for index in self.negatives.draw(wanted, rng))
        clean = [replace(item, views=item.views.to(self.device)) for item in again if not item.regions]
        return [*items[: len(items) - len(clean)], *clean]


def _errors(item: Item, shares: torch.Tensor) -> Iterator[Observed]:
    """The mean distance of expected and true rank, 0..1, over each region's own cells; shares: (cells², types, 3)."""
    ranks, weights = item.ranks.flatten(0, 1), item.weights.flatten(0, 1)
    for region in item.regions:
        kind = VIDA.names.index(region.distortion)
        own = (ranks[:, kind] > 0) & (weights[:, kind] > 0)
        if region.severity and own.any():
            off = (shares[own, kind].sum(-1) - ranks[own, kind]).abs().mean() / RANKS
            yield region.distortion, region.severity, float(off)
