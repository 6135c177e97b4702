"""What a photo's own pixels say of damage of the whole frame: small networks over `statistics`, kept with a checkpoint.

They are trained on synthetic samples like the checkpoint's, to tell from the statistics whether each type has the whole
frame, and how badly. The mean of their log-odds is taken. It costs no request, and is the same whatever engine runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from idetex_plugin.views.statistics import statistics
from idetex_plugin.words.card import Card, CardError
from idetex_plugin.words.request import Grades
from idetex_plugin.words.vocabulary import Severity

FILE_NAME = "evidence.npz"
FARTHEST, SUREST = 4.0, 30.0
RANKS = len(Severity)
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Evidence:
    """Networks with two hidden layers of rectified units.

    types, inputs: names of the T types, of which each has one output for each of three severities, and of the S
    statistics. mean, scale: (S,) by which statistics are standardised, then
    bounded to four deviations. weights: of the three layers, (networks, from, to); biases: (networks, 1, to).
    """

    types: tuple[str, ...]
    inputs: tuple[str, ...]
    mean: Floats
    scale: Floats
    weights: tuple[Floats, Floats, Floats]
    biases: tuple[Floats, Floats, Floats]

    def of(self, image: Image.Image) -> dict[str, Grades]:
        """The probabilities that each type has the whole of an RGB photo, and has it at least moderately, and severely;
        empty for a photo too small to say.

        Raises ValueError when the networks read other statistics than this version has."""
        found = statistics(image)
        if not found:
            return {}
        if tuple(found) != self.inputs:
            raise ValueError("its networks read other statistics than this version of idetex-plugin has")
        shares = self.shares(np.array([list(found.values())], np.float32))[0]
        return {name: (float(a), float(b), float(c)) for name, (a, b, c) in zip(self.types, shares, strict=True)}

    def shares(self, values: Floats) -> Floats:
        """The probabilities (N, T, 3) of statistics (N, S), the later ones of three never above the earlier."""
        state = np.clip((values - self.mean) / self.scale, -FARTHEST, FARTHEST)[None]
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            state = state @ weight + bias
            if number < 2:
                state = np.maximum(state, 0)
        odds = np.minimum.accumulate(state.mean(0).reshape(len(values), len(self.types), RANKS), -1)
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -SUREST, SUREST))), np.float32)

    def save(self, file: Path) -> None:
        """Write a NumPy archive."""
        layers = {f"{kind}{n}": each for kind in ("weights", "biases") for n, each in enumerate(getattr(self, kind))}
        np.savez_compressed(
            file, allow_pickle=False, types=np.array(self.types), inputs=np.array(self.inputs), mean=self.mean,
            scale=self.scale, **layers,
        )  # fmt: skip

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read a NumPy archive. Raises OSError, ValueError or KeyError for what is none of these."""
        with np.load(file, allow_pickle=False) as found:
            first, second, third = ((found[f"weights{n}"], found[f"biases{n}"]) for n in range(3))
            return cls(
                tuple(map(str, found["types"])), tuple(map(str, found["inputs"])), found["mean"], found["scale"],
                (first[0], second[0], third[0]), (first[1], second[1], third[1]),
            )  # fmt: skip


def evidence_of(card: Card, image: Image.Image) -> Mapping[str, Grades]:
    """What `Evidence.of` says of an RGB photo, for a card with `evidence`; else nothing.

    Raises CardError when the checkpoint has no networks, or ones of another version."""
    if not card.evidence:
        return {}
    file = card.folder / FILE_NAME
    try:
        networks = _loaded(file)
        if unknown := sorted(card.evidence.keys() - set(networks.types)):
            raise ValueError(f"its networks do not know {', '.join(unknown)}")
        return networks.of(image)
    except (OSError, ValueError, KeyError) as error:
        raise CardError(f"{card.name} has `evidence`, which needs {file}: {error}") from error


@lru_cache(maxsize=4)
def _loaded(file: Path) -> Evidence:
    return Evidence.load(file)
