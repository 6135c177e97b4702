"""Groups around a best photo: every member lies within the distance of the photo that is kept.

Photos come in the order in which they are preferred. Each joins the nearest of the kept photos that come before it and
lie within the distance; where there is none, it is kept itself. So the first of a group is its best, no two kept photos
are within the distance, and no chain joins unlike photos: of two members of a group the distance is at most twice as
large. Connected components have no such bound. All pairs are compared, as products of matrices of +1 and -1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS, COLUMNS = 256, 1024
"""So many photos are compared with so many others at once, as fits a core's cache."""
Hashes = NDArray[np.uint8]
Signs = NDArray[np.float32]
Indices = NDArray[np.int64]


def grouped(hashes: Hashes, distance: int) -> tuple[Indices, Indices]:
    """Of each photo the index of the one that is kept for it (its own where it is kept), and how many bits they differ.

    hashes: (photos, bytes), the preferred first. distance: bits, from 0. Time grows with the square of the number of
    photos; memory with the number, by 32 bytes for each byte of a hash. Raises ValueError.
    """
    if hashes.ndim != 2 or distance < 0:
        raise ValueError(f"hashes {hashes.shape}, distance {distance}: (photos, bytes) and 0 or more are needed")
    count, bits = len(hashes), hashes.shape[1] * 8
    kept, apart = np.empty(count, np.int64), np.empty(count, np.int64)
    heads = np.zeros((-(-count // COLUMNS), bits, COLUMNS), np.float32)
    places = np.empty(0, np.int64)
    for start in range(0, count, ROWS):
        own = _signs(hashes[start : start + ROWS])
        end = start + len(own)
        kept[start:end], apart[start:end] = _nearest(own, heads, places, distance)
        free = _join(own, kept[start:end], apart[start:end], distance, start)
        at = len(places) + np.arange(int(free.sum()))
        heads[at // COLUMNS, :, at % COLUMNS] = own[free]
        places = np.concatenate([places, start + np.flatnonzero(free)])
    return kept, apart


def _nearest(own: Signs, heads: Signs, places: Indices, distance: int) -> tuple[Indices, Indices]:
    """The nearest head within the distance, the first of several, and how far it is; else -1 and too far."""
    bits = own.shape[1]
    nearest, least = np.full(len(own), -1), np.full(len(own), bits + 1)
    for begin in range(0, len(places), COLUMNS):
        alike = own @ heads[begin // COLUMNS, :, : len(places) - begin]
        if alike.max() < bits - 2 * distance:
            continue
        best = alike.argmax(1)
        far = _distances(alike[np.arange(len(own)), best], bits)
        nearer = (far < least) & (far <= distance)
        nearest[nearer], least[nearer] = places[begin + best[nearer]], far[nearer]
    return nearest, least


def _join(own: Signs, nearest: Indices, least: Indices, distance: int, start: int) -> NDArray[np.bool_]:
    """Let each photo of a block join a head, of earlier blocks or of this one; which of them are heads themselves.

    `nearest` and `least` hold those of earlier blocks, and are written.
    """
    alike, bits = own @ own.T, own.shape[1]
    rows, others = np.nonzero(np.tril(alike >= bits - 2 * distance, -1))
    ends = np.searchsorted(rows, np.arange(len(own) + 1))
    free = np.ones(len(own), np.bool_)
    for row in range(len(own)):
        before = others[ends[row] : ends[row + 1]]
        before = before[free[before]]
        if len(before):
            best = before[alike[row, before].argmax()]
            far = int(_distances(alike[row, best], bits))
            if far < least[row]:
                nearest[row], least[row] = start + best, far
        free[row] = least[row] > distance
        if free[row]:
            nearest[row], least[row] = start + row, 0
    return free


def _signs(hashes: Hashes) -> Signs:
    return np.unpackbits(hashes, axis=1).astype(np.float32) * 2 - 1


def _distances(alike: Any, bits: int) -> Any:
    """Bits that differ, of products of signs: those that agree less those that do not."""
    return ((bits - alike) / 2).astype(np.int64)
