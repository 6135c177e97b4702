from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lab.training.labelled import boxes, records

from idetex_plugin.lab.data.augment.compose import beside, sizes
from idetex_plugin.lab.data.augment.framing import Framing, draw_framing, mirrored
from idetex_plugin.lab.data.vida import Labelled
from idetex_plugin.words.box import Box


@given(records, st.integers(0, 2**32))
def test_flipping_twice_changes_nothing(record: Labelled, seed: int) -> None:
    flip = Framing((record.width, record.height), (0, 0, record.width, record.height), True)
    again = flip.record(flip.record(record))
    assert again.model_copy(update={"marks": ()}) == record.model_copy(update={"marks": ()})
    for before, after in zip(record.marks, again.marks, strict=True):
        assert (after.position, after.manifestation) == (before.position, before.manifestation)
        assert after.box.x1 == pytest.approx(before.box.x1) and after.box.x2 == pytest.approx(before.box.x2)


@given(st.integers(24, 90), st.integers(24, 90), st.data())
def test_a_box_stays_on_its_pixels(width: int, height: int, data: st.DataObject) -> None:
    x1, y1 = data.draw(st.integers(0, width - 2)), data.draw(st.integers(0, height - 2))
    x2, y2 = data.draw(st.integers(x1 + 1, width)), data.draw(st.integers(y1 + 1, height))
    mask = np.zeros((height, width), np.uint8)
    mask[y1:y2, x1:x2] = 1
    box = Box.from_scaled((x1, y1, x2, y2), width, height)
    framing = draw_framing((), (width, height), np.random.default_rng(data.draw(st.integers(0, 999))))
    after, found = framing.pixels(mask), framing.box(box)
    if not after.any():
        assert found is None
        return
    rows, columns = np.nonzero(after)
    assert found is not None
    assert found.to_scaled(*framing.new_size) == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


@given(st.lists(boxes(), max_size=4).map(tuple), st.integers(0, 2**32))
def test_no_box_is_left_as_a_sliver(known: tuple[Box, ...], seed: int) -> None:
    framing = draw_framing(known, (640, 480), np.random.default_rng(seed))
    for box in known:
        part = box.clip(framing.cut)
        assert part is None or part.area >= 0.3 * box.area


@settings(max_examples=40)
@given(records, st.integers(0, 999))
def test_a_crop_keeps_no_word_that_may_be_false(record: Labelled, seed: int) -> None:
    framing = draw_framing((), (record.width, record.height), np.random.default_rng(seed))
    after = framing.record(record)
    assert (after.width, after.height) == framing.new_size
    if framing.cut.area < 1:
        assert after.level is None and after.mos is None
        assert all(mark.position in ("", "the sky") and not mark.manifestation for mark in after.marks)


def test_left_and_right_change_places_in_any_case() -> None:
    assert mirrored("Left of the leftmost door, RIGHT; leftover") == "Right of the rightmost door, LEFT; leftover"


@given(records, records)
def test_two_beside_each_other_keep_every_box_in_its_half(first: Labelled, second: Labelled) -> None:
    both = beside(first, second, "both.png")
    (left, height), (right, _) = sizes(first, second)
    assert (both.width, both.height) == (left + right, height)
    share = left / (left + right)
    for mark, old in zip(both.marks, [*first.marks, *second.marks], strict=True):
        assert mark.box.area <= old.box.area
    assert all(mark.box.x2 <= share + 1e-9 for mark in both.marks[: len(first.marks)])
    assert all(mark.box.x1 >= share - 1e-9 for mark in both.marks[len(first.marks) :])
