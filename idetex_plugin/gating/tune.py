"""The smallest file of a photo whose verdict passes, by bisection over the encoder's dial.

It takes for granted that a better setting never has a worse verdict; where that fails, what is found still passes, but
a smaller file that passes, too, may be missed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from idetex_plugin.gating.check import Gate
from idetex_plugin.gating.codecs import CODECS, Codec
from idetex_plugin.photo.load import load_photo
from idetex_plugin.words.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Trial:
    """One file that was tried: the dial's setting, the file's bytes and its verdict."""

    setting: int
    data: bytes
    verdict: Verdict

    @property
    def passes(self) -> bool:
        """Whether it may ship."""
        return self.verdict.outcome is Outcome.PASS


@dataclass(frozen=True, slots=True)
class Tuned:
    """best: the smallest file that passes, None if not even the best setting does. trials: in the order tried."""

    codec: str
    best: Trial | None
    trials: tuple[Trial, ...]

    @property
    def curve(self) -> tuple[Trial, ...]:
        """The trials from the worst setting to the best."""
        return tuple(sorted(self.trials, key=lambda trial: trial.setting))


def tune(
    photo: Any, codec: str, gate: Gate, on_trial: Callable[[Trial], None] = lambda _: None, tolerance: int = 1
) -> Tuned:
    """Encode a photo at up to 2 + log2((best - worst) / tolerance) settings and judge each beside the photo.

    photo: a path, encoded bytes, a PIL image or a numpy array. codec: of `codecs.CODECS`. on_trial: told of every file.
    tolerance: steps of the dial that do not matter. Raises PhotoError, ValueError for an unknown codec,
    EngineDeadError.
    """
    if codec not in CODECS:
        raise ValueError(f"codec {codec!r}: choose from {', '.join(CODECS)}")
    chosen: Codec = CODECS[codec]
    loaded = load_photo(photo, max_pixels=gate.assessor.max_pixels)
    trials: list[Trial] = []

    def passes(setting: int) -> bool:
        data = chosen.encode(loaded.image, setting)
        trials.append(Trial(setting, data, gate.check(loaded, data, codec)))
        on_trial(trials[-1])
        return trials[-1].passes

    low, high = chosen.worst, chosen.best
    if passes(high) and not passes(low):
        while high - low > max(tolerance, 1):
            middle = (low + high) // 2
            low, high = (low, middle) if passes(middle) else (middle, high)
    best = min((trial for trial in trials if trial.passes), key=lambda trial: len(trial.data), default=None)
    return Tuned(codec, best, tuple(trials))
