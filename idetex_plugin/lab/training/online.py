"""What training learns about itself: which damage the model judges worst, and which clean photos it takes for damaged.

The re-weighting is GS-IQA's (2026): running errors as exponential means (rate .1), softmax (temperature 1), a uniform
part of .05. There it raised severity accuracy from .682 to .732.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from pydantic import Field

from idetex_plugin.words.record import Record
from idetex_plugin.words.vocabulary import VIDA, Severity

RATE, TEMPERATURE, UNIFORM = 0.1, 1.0, 0.05
START = 0.5
Observed = tuple[str, Severity, float]


class Online(Record):
    """`reweight`: draw types and severities by the model's errors, renewed `every` so many steps. `hard_share`: part of
    a batch that repeats clean photos of the `pool` of those worst mistaken."""

    reweight: bool = True
    every: int = Field(default=100, gt=0)
    hard_share: float = Field(default=0, ge=0, le=0.5)
    pool: int = Field(default=64, gt=0)


class RunningError:
    """Mean error 0..1 of each type and severity, the last ones counting most; all start at .5."""

    def __init__(self) -> None:
        self.errors = np.full((len(VIDA), len(Severity)), START)

    def update(self, observed: Iterable[Observed]) -> None:
        """Take in the errors of one batch; those of one type and severity are averaged first."""
        groups: dict[tuple[int, int], list[float]] = {}
        for name, severity, error in observed:
            groups.setdefault((VIDA.names.index(name), severity.rank - 1), []).append(error)
        for place, errors in groups.items():
            self.errors[place] += RATE * (float(np.mean(errors)) - self.errors[place])

    def weights(self) -> dict[str, float]:
        """A weight for each type, with mean 1."""
        return dict(zip(VIDA.names, map(float, len(VIDA) * _softened(self.errors.mean(1))), strict=True))

    def severities(self) -> dict[str, tuple[float, float, float]]:
        """The shares of each type's three severities."""
        shares = {name: _softened(row) for name, row in zip(VIDA.names, self.errors, strict=True)}
        return {name: (float(row[0]), float(row[1]), float(row[2])) for name, row in shares.items()}

    def state_dict(self) -> dict[str, Any]:
        """The errors."""
        return {"errors": self.errors.tolist()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from these errors."""
        self.errors = np.array(state["errors"])


class HardNegatives:
    """The numbers of the clean samples that were taken for damaged the most."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._scores: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self._scores)

    def offer(self, index: int, score: float) -> None:
        """How much sample `index` was mistaken now; one that no longer is leaves the pool, the least gives way."""
        self._scores.pop(index, None)
        if score > 0:
            self._scores[index] = score
        if len(self._scores) > self.size:
            del self._scores[min(self._scores, key=lambda known: self._scores[known])]

    def draw(self, count: int, rng: np.random.Generator) -> list[int]:
        """Up to so many different ones."""
        known = sorted(self._scores)
        return [int(index) for index in rng.permutation(known)[:count]] if known else []

    def state_dict(self) -> dict[str, Any]:
        """Numbers and scores, in order."""
        return {"scores": list(self._scores.items())}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from these."""
        self._scores = {int(index): float(score) for index, score in state["scores"]}


def _softened(errors: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    shares = np.exp((errors - errors.max()) / TEMPERATURE)
    return np.asarray((1 - UNIFORM) * shares / shares.sum() + UNIFORM / len(errors))
