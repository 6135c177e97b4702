from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.lab.training.mixing import Mixer, Mixing

KINDS = ("a", "b", "c", "d")
weights = st.dictionaries(st.sampled_from(KINDS), st.floats(0.01, 50))


@given(weights, weights, st.floats(0.2, 5), st.floats(0.25, 1), st.floats(0, 1))
def test_shares_sum_to_one_and_keep_the_cap_and_the_order(
    first: dict[str, float], later: dict[str, float], temperature: float, cap: float, progress: float
) -> None:
    shares = Mixer(KINDS, Mixing(weights=first, later=later, temperature=temperature, cap=cap)).shares(progress)
    assert sum(shares.values()) == pytest.approx(1)
    assert max(shares.values()) <= cap + 1e-9
    plain = {
        kind: (1 - progress) * first.get(kind, 1) + progress * later.get(kind, first.get(kind, 1)) for kind in KINDS
    }
    ranked = sorted(KINDS, key=lambda kind: plain[kind])
    assert all(shares[low] <= shares[high] + 1e-9 for low, high in pairwise(ranked))


def test_shares_by_hand() -> None:
    mixer = Mixer(KINDS, Mixing(weights={"a": 9, "b": 4, "d": 0}, temperature=2, later={"a": 0, "b": 0, "d": 1}))
    assert mixer.shares(0) == pytest.approx({"a": 3 / 6, "b": 2 / 6, "c": 1 / 6, "d": 0})
    assert mixer.shares(1) == pytest.approx({"a": 0, "b": 0, "c": 0.5, "d": 0.5})
    capped = Mixer(KINDS, Mixing(weights={"a": 8, "d": 2}, cap=0.4))
    assert capped.shares(0.3) == pytest.approx({"a": 0.4, "b": 0.15, "c": 0.15, "d": 0.3})


def test_what_was_drawn_is_in_the_table_and_survives() -> None:
    mixer = Mixer(KINDS, Mixing(weights={"d": 0}))
    drawn = mixer.draw(1000, 0.5, np.random.default_rng(0))
    again = Mixer(KINDS)
    again.load_state_dict(mixer.state_dict())
    assert again.table() == mixer.table()
    assert "d" not in drawn
    assert f"{drawn.count('a')}" in mixer.table().splitlines()[1]


def test_a_sub_task_that_is_switched_off_cannot_have_a_weight() -> None:
    with pytest.raises(ValueError, match="called 'e'"):
        Mixer(KINDS, Mixing(later={"e": 1}))
    with pytest.raises(ValueError, match=r"cap of 0\.2"):
        Mixer(KINDS, Mixing(cap=0.2))
    assert Mixer(()).draw(3, 0, np.random.default_rng(0)) == []
