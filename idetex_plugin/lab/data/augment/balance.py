"""Choosing the right answers of generated questions so that none wins by frequency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np


class Balance:
    """Counts how often each answer of each kind of question was right, and prefers those that were so the least."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}

    def choose(self, kind: str, answers: Sequence[str], rng: np.random.Generator) -> str:
        """One of these possible right answers, drawn among the rarest so far, and counted."""
        counts = self._counts.setdefault(kind, Counter())
        fewest = min(counts[answer] for answer in answers)
        rarest = sorted({answer for answer in answers if counts[answer] == fewest})
        chosen = rarest[int(rng.integers(len(rarest)))]
        counts[chosen] += 1
        return chosen

    def counts(self, kind: str) -> dict[str, int]:
        """How often each answer of this kind was right."""
        return dict(self._counts.get(kind, {}))

    def state_dict(self) -> dict[str, Any]:
        """All counts."""
        return {kind: dict(counts) for kind, counts in self._counts.items()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from these counts."""
        self._counts = {kind: Counter(counts) for kind, counts in state.items()}
