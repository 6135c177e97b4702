"""Structural similarity (SSIM) of the worst part of a photo, a cheap look before a model is asked.

Wang et al. 2004, with their Gaussian window, on luma, by scikit-image; then the mean of every 128-pixel tile, and of
those the lowest: damage in one corner must not drown in an even sky. 0..1, 1 for the same pixels.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

TILE = 128
NAME = "ssim"


def worst_similarity(original: Image.Image, compressed: Image.Image) -> float:
    """Of two RGB photos of one size. Raises ValueError for different sizes, ImportError without scikit-image."""
    from skimage.metrics import structural_similarity

    if original.size != compressed.size:
        raise ValueError(f"photos of {original.size} and {compressed.size} pixels cannot be compared")
    one, two = (np.asarray(photo.convert("L")) for photo in (original, compressed))
    _, similar = structural_similarity(
        one, two, full=True, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255
    )
    rows, columns = (max(1, round(side / TILE)) for side in similar.shape)
    tiles = [part.mean() for band in np.array_split(similar, rows) for part in np.array_split(band, columns, axis=1)]
    return float(np.clip(min(tiles), 0, 1))
