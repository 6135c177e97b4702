"""Fine detail that is gone, as after enlarging: what blocks with much of it still have of the original's spectrum.

The gain of a frequency is Re sum(O* C) / sum |O|^2 over the coefficients of windowed blocks: 1 where the copy has what
the original has, 0 where it has nothing of it. A coder keeps strong detail and drops weak, so that its gain differs
from block to block; resampling takes the same share of the finest detail from every block.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from idetex_plugin.gating.diagnose.findings import difference
from idetex_plugin.gating.diagnose.small import Floats
from idetex_plugin.words.verdict import Difference, Kind, Outcome

BLOCK = 16
RICH = 0.1
LEAST_BLOCKS = 12
FINE, NEXT = 7, 5
"""From this frequency on, in 1/16 cycles a pixel (8 is the finest), detail is fine; and what is coarser by a third."""
POWER = 4000.0
"""Mean |O|^2 of a block at `FINE`, below which there is nothing to lose: some 1.5 levels of contrast."""
MUCH = 10000.0
SOFTENED, EVEN = 0.66, 0.09
GONE, NEARLY_EVEN = 0.3, 0.2
EXPLAINED = 0.72


def detail(one: Floats, two: Floats) -> Difference | None:
    """one, two: (H, W) luma of the same part of both, unscaled."""
    own, shared, other = _spectra(one, two)
    rich = np.argsort(-own[:, FINE - 1 :].sum(1))[: max(1, int(len(own) * RICH))]
    if len(rich) < LEAST_BLOCKS or own[rich, FINE].mean() < POWER:
        return None
    gains = shared[rich, FINE:].sum(1) / own[rich, FINE:].sum(1)
    totals = [values[rich, NEXT].sum() for values in (own, shared, other)]
    coherent = totals[1] ** 2 / max(totals[0] * totals[2], 1e-9)
    gain, spread = float(shared[rich, FINE:].sum() / own[rich, FINE:].sum()), float(gains.std())
    much = own[rich, FINE].mean() >= MUCH
    even = (gain <= SOFTENED and spread <= EVEN) or (gain <= GONE and spread <= NEARLY_EVEN and much)
    if not even or coherent < EXPLAINED:
        return None
    words = f"detail lost, as by enlarging: {max(gain, 0):.0%} of the finest is left, in all places alike"
    return difference(Kind.DETAIL, Outcome.REVIEW, words, "from-original")


def _spectra(one: Floats, two: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """|O|^2, Re(O* C) and |C|^2: (blocks, 9), by the larger of both frequencies."""
    window = np.outer(*[np.hanning(BLOCK + 2)[1:-1]] * 2).astype(np.float32)
    a, b = (np.fft.rfft2(_blocks(part) * window) for part in (one, two))
    high = np.maximum(np.abs(np.fft.fftfreq(BLOCK))[:, None], np.fft.rfftfreq(BLOCK)[None])
    band = np.rint(high * BLOCK).astype(int)
    products = (np.abs(a) ** 2, (a.conj() * b).real, np.abs(b) ** 2)
    bands = range(BLOCK // 2 + 1)
    own, shared, other = (np.stack([each[:, band == k].sum(1) for k in bands], 1) for each in products)
    return own, shared, other


def _blocks(part: Floats) -> Floats:
    """(blocks, 16, 16), each without its mean."""
    height, width = (side // BLOCK * BLOCK for side in part.shape)
    cut = part[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    blocks = cut.transpose(0, 2, 1, 3).reshape(-1, BLOCK, BLOCK)
    return np.asarray(blocks - blocks.mean((1, 2), keepdims=True), np.float32)
