"""Intersection over union, of two sets of boxes or of all pairs that share an image and a class.

IoU(a, b) = |a and b| / (|a| + |b| - |a and b|) over continuous coordinates: a box from 0 to 10 is 10 wide, not 11.
A box without area, with swapped corners or with a coordinate that is not finite overlaps nothing: its IoU is 0.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from idetex_plugin.lab.measures.table import BoxTable, Flags, Floats, Integers

CHUNK = 1 << 18


def iou_matrix(first: Floats, second: Floats, crowd: Flags | None = None) -> Floats:
    """(N, M) IoU of boxes (N, 4) and (M, 4).

    crowd: (M,) flags; the union with a crowd box is the area of the first box alone (COCO).
    """
    return _iou(first[:, None, :], second[None, :, :], None if crowd is None else crowd[None, :])


def pairs(predicted: BoxTable, truth: BoxTable, minimum: float) -> Iterator[tuple[Integers, Integers, Floats]]:
    """Rows of predictions and truths of the same image and class whose IoU is at least `minimum`, in chunks.

    Yields (predicted rows, truth rows, IoU), each (K,), ordered by predicted row, then truth row. Memory does not
    grow with the number of pairs. A crowd truth counts as in `iou_matrix`.
    """
    if not len(predicted) or not len(truth):
        return
    kinds = int(max(predicted.kinds.max(), truth.kinds.max())) + 1
    keys = truth.images * kinds + truth.kinds
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    wanted = predicted.images * kinds + predicted.kinds
    starts, stops = np.searchsorted(keys, wanted, "left"), np.searchsorted(keys, wanted, "right")
    ends = np.cumsum(stops - starts)
    row = 0
    while row < len(predicted):
        done = ends[row - 1] if row else 0
        last = max(int(np.searchsorted(ends, done + CHUNK, "right")), row + 1)
        counts = stops[row:last] - starts[row:last]
        guesses = np.repeat(np.arange(row, last), counts)
        offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        truths = order[np.repeat(starts[row:last], counts) + offsets]
        overlap = _iou(predicted.boxes[guesses], truth.boxes[truths], truth.crowd[truths])
        near = overlap >= minimum
        yield guesses[near], truths[near], overlap[near]
        row = last


def _iou(first: Floats, second: Floats, crowd: Flags | None) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        shared = np.prod(
            np.clip(np.minimum(first[..., 2:], second[..., 2:]) - np.maximum(first[..., :2], second[..., :2]), 0, None),
            axis=-1,
        )
        area, other = (np.prod(box[..., 2:] - box[..., :2], axis=-1) for box in (first, second))
        union = area + other - shared
        if crowd is not None:
            union = np.where(crowd, area, union)
        overlap = shared / union
    return np.asarray(np.where((shared > 0) & np.isfinite(overlap), overlap, 0.0), np.float64)
