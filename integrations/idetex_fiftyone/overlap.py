"""How far two regions are the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from idetex_plugin.words.box import Box

SAME_REGION = 0.5
"""Regions of one type that overlap so far (intersection over union) are the same find."""
SAME_PLACE = 0.8
"""Predictions of one type that overlap so far are the same to a reviewer: what was said of one holds for the other."""
One = TypeVar("One")
Other = TypeVar("Other")


def iou(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two relative boxes x, y, width, height; 0 where one is no valid box."""
    try:
        return Box.from_xywh(tuple(one)).iou(Box.from_xywh(tuple(other)))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 0.0


def pairs(
    ones: Sequence[One], others: Sequence[Other], label_and_box: Callable[[Any], tuple[Any, Any]], least: float
) -> list[tuple[int, int]]:
    """Which are the same, by their positions: the best overlaps first, each at most once, of the same label."""
    found = []
    for i, one in enumerate(ones):
        label, box = label_and_box(one)
        for j, other in enumerate(others):
            name, place = label_and_box(other)
            if name == label and (share := iou(box, place)) >= least:
                found.append((share, i, j))
    left, right, result = set[int](), set[int](), []
    for _, i, j in sorted(found, key=lambda each: -each[0]):
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            result.append((i, j))
    return result
