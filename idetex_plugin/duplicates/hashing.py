"""The perceptual hash of a photo: pHash of ImageHash, 256 bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idetex_plugin.words.extras import extra, require

if TYPE_CHECKING:
    from PIL import Image

SIDE = 16
BYTES = SIDE * SIDE // 8
BITS = BYTES * 8
METHOD = f"phash-{BITS}"
"""Names what a kept hash is one of. Hashes of different methods are not compared."""
DISTANCE = 64
"""Bits within which photos count as near duplicates by default, by the measurement on the page "Near duplicates"."""
WHO = "idetex duplicates"


def require_hashing() -> None:
    """Raise MissingExtraError where the library is not installed."""
    require("duplicates", WHO, "imagehash")


def perceptual_hash(image: Image.Image) -> bytes:
    """The signs of the 16 x 16 lowest frequencies of the luma, reduced to 64 x 64 pixels, about their median: 32 bytes.

    Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010. Raises MissingExtraError.
    """
    with extra("duplicates", WHO):
        import imagehash
    import numpy as np

    return np.packbits(imagehash.phash(image, hash_size=SIDE).hash).tobytes()
