"""Where one picture lies in another: normalised cross-correlation (Lewis 1995) and phase correlation (Kuglin 1975)."""

from __future__ import annotations

import numpy as np

from idetex_plugin.gating.diagnose.small import Floats

TINY = 1e-6


def match(field: Floats, template: Floats) -> Floats:
    """The correlation of a template (h, w) with every part of a field (H, W): (H - h + 1, W - w + 1), -1..1."""
    from scipy.signal import fftconvolve

    field, template = field.astype(np.float64), template.astype(np.float64)
    height, width = template.shape
    centred = template - template.mean()
    shared = fftconvolve(field, centred[::-1, ::-1], mode="valid")
    sums, squares = (_sums(values, height, width) for values in (field, field * field))
    spread = np.maximum(squares - sums * sums / template.size, 0.0)
    scale = np.sqrt(spread * float((centred * centred).sum()))
    found = np.where(scale > TINY * template.size, shared / np.maximum(scale, TINY), 0.0)
    return np.asarray(np.clip(found, -1, 1), np.float32)


def offset(one: Floats, two: Floats, *, phase: bool = False) -> tuple[float, float]:
    """How far the content of `one` moved, down and to the right, to lie as in `two`; to a fraction of a pixel.

    phase: by phases alone, which sees fine detail better and noise, too.
    """
    a, b = (np.fft.rfft2(values - values.mean()) for values in (one, two))
    product = b * a.conj()
    if phase:
        product /= np.maximum(np.abs(product), TINY)
    peaks = np.fft.irfft2(product, one.shape)
    row, column = (int(place) for place in np.unravel_index(int(peaks.argmax()), peaks.shape))
    down = row + _vertex(peaks[:, column], row)
    across = column + _vertex(peaks[row], column)
    height, width = one.shape
    return (down - height if down > height / 2 else down), (across - width if across > width / 2 else across)


def _vertex(line: np.ndarray, place: int) -> float:
    """How far the top of the parabola through a peak and its neighbours is from it, -0.5..0.5."""
    before, top, after = (float(line[(place + by) % len(line)]) for by in (-1, 0, 1))
    bend = before - 2 * top + after
    return 0.0 if bend >= 0 else float(np.clip((before - after) / (2 * bend), -0.5, 0.5))


def _sums(values: np.ndarray, height: int, width: int) -> np.ndarray:
    """Of every part of this size."""
    total = np.pad(values.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    return np.asarray(
        total[height:, width:] - total[:-height, width:] - total[height:, :-width] + total[:-height, :-width]
    )
