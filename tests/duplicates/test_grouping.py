"""Groups around a best photo, against comparing all pairs one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.duplicates import grouping
from idetex_plugin.duplicates.grouping import grouped

BYTES = 4


def between(hashes: np.ndarray) -> np.ndarray:
    """How many bits any two differ by: (photos, photos)."""
    return np.array([[sum((int(a) ^ int(b)).bit_count() for a, b in zip(x, y, strict=True)) for y in hashes]
                     for x in hashes])  # fmt: skip


def one_by_one(hashes: np.ndarray, distance: int) -> tuple[list[int], list[int]]:
    """The same rule in plain words: join the nearest kept photo within the distance, else be kept."""
    apart, kept, firsts, far = between(hashes), [], [], []
    for photo in range(len(hashes)):
        near = [(apart[photo][head], head) for head in kept if apart[photo][head] <= distance]
        least, first = min(near, default=(0, photo))
        if not near:
            kept.append(photo)
        firsts.append(first)
        far.append(least)
    return firsts, far


@st.composite
def crowds(draw: st.DrawFn) -> np.ndarray:
    """Hashes of which many are near to each other: some of a few seeds, with some bits turned."""
    seeds = draw(st.lists(st.binary(min_size=BYTES, max_size=BYTES), min_size=1, max_size=4))
    chosen = draw(st.lists(st.tuples(st.sampled_from(seeds), st.sets(st.integers(0, 31), max_size=8)), max_size=40))
    rows = []
    for seed, turned in chosen:
        bits = np.unpackbits(np.frombuffer(seed, np.uint8))
        bits[list(turned)] ^= 1
        rows.append(np.packbits(bits))
    return np.array(rows, np.uint8).reshape(-1, BYTES)


@given(crowds(), st.integers(0, 15), st.sampled_from([(256, 1024), (3, 2), (1, 1), (4, 7)]))
def test_groups_are_those_of_comparing_one_by_one(
    hashes: np.ndarray, distance: int, block: tuple[int, int]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "ROWS", block[0])
        patch.setattr(grouping, "COLUMNS", block[1])
        firsts, apart = grouped(hashes, distance)
    assert (firsts.tolist(), apart.tolist()) == one_by_one(hashes, distance)


@given(crowds(), st.integers(0, 15))
def test_what_is_promised_of_every_group(hashes: np.ndarray, distance: int) -> None:
    firsts, apart = grouped(hashes, distance)
    true = between(hashes)
    assert (true == true.T).all()
    for photo, first in enumerate(firsts):
        assert first <= photo, "the preferred photo is the first of its group"
        assert firsts[first] == first, "the first of a group is kept"
        assert true[photo, first] == apart[photo] <= distance
    heads = sorted(set(firsts.tolist()))
    assert all(true[a, b] > distance for a in heads for b in heads if a != b)
    for a in range(len(hashes)):
        for b in range(a):
            assert firsts[a] != firsts[b] or true[a, b] <= 2 * distance


def test_a_chain_does_not_join_its_ends() -> None:
    """Each is 4 bits from the next; connected components would be one group of five."""
    chain = np.array([[0, 0, 0, 0], [15, 0, 0, 0], [255, 0, 0, 0], [255, 15, 0, 0], [255, 255, 0, 0]], np.uint8)
    firsts, apart = grouped(chain, 4)
    assert firsts.tolist() == [0, 0, 2, 2, 4]
    assert apart.tolist() == [0, 4, 0, 4, 0]


def test_more_photos_than_one_block_holds() -> None:
    draw = np.random.default_rng(0)
    shots = draw.integers(0, 256, (1500, 32), np.uint8)
    again = shots.copy()
    again[:, 0] ^= 3
    firsts, apart = grouped(np.concatenate([shots, again]), 16)
    assert firsts.tolist() == [*range(1500), *range(1500)]
    assert apart.tolist() == [0] * 1500 + [2] * 1500


def test_no_photos_and_wrong_use() -> None:
    assert [part.tolist() for part in grouped(np.empty((0, BYTES), np.uint8), 3)] == [[], []]
    with pytest.raises(ValueError, match="distance -1"):
        grouped(np.zeros((2, BYTES), np.uint8), -1)
    with pytest.raises(ValueError, match="hashes"):
        grouped(np.zeros(8, np.uint8), 1)
