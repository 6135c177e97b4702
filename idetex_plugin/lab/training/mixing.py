"""How often each sub-task is drawn: weights with a temperature, a cap, and a change over training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from idetex_plugin.words.record import Record

Weights = dict[str, Annotated[float, Field(ge=0)]]


class Mixing(Record):
    """`weights` of sub-tasks, missing ones count 1; `later` replaces them linearly until the end of training.

    Shares are proportional to weight ** (1 / temperature): 1 keeps them, more evens them out. No share is above `cap`;
    what is cut off goes to the others in proportion.
    """

    weights: Weights = Field(default_factory=dict)
    later: Weights = Field(default_factory=dict)
    temperature: float = Field(default=1, gt=0)
    cap: float = Field(default=1, gt=0, le=1)


class Mixer:
    """Draws sub-tasks and counts what it drew."""

    def __init__(self, kinds: Sequence[str], mixing: Mixing | None = None) -> None:
        """Raises ValueError for weights of sub-tasks that are not among `kinds`, or if a cap cannot be kept."""
        self.kinds, self.mixing = tuple(kinds), mixing or Mixing()
        if unknown := (self.mixing.weights.keys() | self.mixing.later.keys()) - set(kinds):
            raise ValueError(f"no sub-task here is called {', '.join(map(repr, sorted(unknown)))}: {', '.join(kinds)}")
        self._tally: Counter[str] = Counter()
        for progress in (0.0, 1.0):
            self.shares(progress)

    def shares(self, progress: float) -> dict[str, float]:
        """The share of each sub-task when so much (0..1) of training is done; they sum to 1."""
        first = np.array([self.mixing.weights.get(kind, 1.0) for kind in self.kinds])
        last = np.array([self.mixing.later.get(kind, weight) for kind, weight in zip(self.kinds, first, strict=True)])
        powered = ((1 - progress) * first + progress * last) ** (1 / self.mixing.temperature)
        if not self.kinds:
            return {}
        if np.count_nonzero(powered) * self.mixing.cap < 1:
            raise ValueError(f"{np.count_nonzero(powered)} sub-tasks of weight cannot keep a cap of {self.mixing.cap}")
        shares = powered / powered.sum()
        capped = np.zeros(len(shares), bool)
        while (over := (shares > self.mixing.cap + 1e-12) & ~capped).any():
            capped |= over
            free = 1 - self.mixing.cap * capped.sum()
            shares = np.where(capped, self.mixing.cap, free * powered / max(powered[~capped].sum(), 1e-300))
        return dict(zip(self.kinds, map(float, shares), strict=True))

    def draw(self, count: int, progress: float, rng: np.random.Generator) -> list[str]:
        """So many sub-tasks."""
        if not self.kinds:
            return []
        drawn = [str(kind) for kind in rng.choice(self.kinds, size=count, p=list(self.shares(progress).values()))]
        self._tally.update(drawn)
        return drawn

    def table(self) -> str:
        """What was drawn: a line a sub-task with count and share."""
        total = max(self._tally.total(), 1)
        rows = [f"{kind:<16}{self._tally[kind]:>9}{self._tally[kind] / total:>8.1%}" for kind in self.kinds]
        return "\n".join([f"{'sub-task':<16}{'drawn':>9}{'share':>8}", *rows])

    def state_dict(self) -> dict[str, Any]:
        """The counts."""
        return dict(self._tally)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from these counts."""
        self._tally = Counter(state)
