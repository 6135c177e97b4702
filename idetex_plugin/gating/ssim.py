"""Structural similarity of two grey pictures (SSIM; Wang, Bovik, Sheikh and Simoncelli 2004)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SIGMA, REACH = 1.5, 5
K1, K2, RANGE = 0.01, 0.03, 255.0


def structural_similarity(one: NDArray[Any], two: NDArray[Any]) -> NDArray[np.float64]:
    """SSIM at every pixel of two (height, width) arrays of 0..255: -1..1, 1 where the surroundings are the same.

    The window is the paper's: Gaussian, sigma 1.5, 11 x 11 pixels; edges are mirrored.
    """
    first, second = one.astype(np.float64), two.astype(np.float64)
    mean_one, mean_two = _blurred(first), _blurred(second)
    variance_one = _blurred(first * first) - mean_one * mean_one
    variance_two = _blurred(second * second) - mean_two * mean_two
    covariance = _blurred(first * second) - mean_one * mean_two
    c1, c2 = (K1 * RANGE) ** 2, (K2 * RANGE) ** 2
    alike = (2 * mean_one * mean_two + c1) * (2 * covariance + c2)
    return np.asarray(alike / ((mean_one**2 + mean_two**2 + c1) * (variance_one + variance_two + c2)), np.float64)


def _blurred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(values, SIGMA, radius=REACH, mode="reflect"))
