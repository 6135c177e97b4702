from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.engines.choices import Choice

OPTIONS = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=5).map(tuple), min_size=1, max_size=8, unique=True)


def named(sequences: list[tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    return {str(sequence): sequence for sequence in sequences}


@given(OPTIONS, st.randoms())
def test_probabilities_sum_to_one_and_follow_the_chain_rule(sequences, random) -> None:
    choice = Choice(named(sequences), end=(90, 91))
    scores = [{token: random.uniform(-8, 0) for token in fork.scored} for fork in choice.forks]
    shares = choice.probabilities(scores)
    assert sum(shares.values()) == pytest.approx(1)
    assert list(shares) == [str(sequence) for sequence in sequences]
    for option, ids in named(sequences).items():
        spelt = choice.spell(option, map(str, ids), scores)
        assert [token.text for token in spelt] == [str(token) for token in ids]
        assert exp(sum(token.logprob or 0 for token in spelt)) >= shares[option] - 1e-9


def test_options_that_part_at_once_need_one_step() -> None:
    choice = Choice({"bad": (1, 7), "good": (2,), "fair": (3, 7)}, end=(9,))
    [fork] = choice.forks
    assert fork.path == () and set(fork.scored) == {1, 2, 3}
    shares = choice.probabilities([{1: log(0.1), 2: log(0.2), 3: log(0.1)}])
    assert shares == pytest.approx({"bad": 0.25, "good": 0.5, "fair": 0.25})


def test_shared_first_tokens_and_an_option_that_begins_another() -> None:
    choice = Choice({"out of focus": (1, 2), "out of order": (1, 3), "out": (1,), "noise": (4,)}, end=(8, 9))
    first, second = choice.forks
    assert second.path == (1,) and set(second.scored) == {2, 3, 8, 9}
    shares = choice.probabilities(
        [{1: log(0.6), 4: log(0.2)}, {2: log(0.1), 3: log(0.2), 8: log(0.05), 9: log(0.05)}]
    )
    assert set(first.scored) == {1, 4}
    assert shares == pytest.approx(
        {"out of focus": 0.75 * 0.25, "out of order": 0.75 * 0.5, "out": 0.75 * 0.25, "noise": 0.25}
    )


def test_one_option_needs_no_step() -> None:
    choice = Choice({"yes": (1, 2)}, end=())
    assert choice.forks == () and choice.probabilities([]) == {"yes": 1.0}


@pytest.mark.parametrize(
    ("options", "end"), [({}, (9,)), ({"": ()}, (9,)), ({"a": (1,), "b": (1,)}, (9,)), ({"a": (1,), "b": (1, 2)}, ())]
)
def test_options_that_cannot_be_told_apart(options, end) -> None:
    with pytest.raises(ValueError, match=r"option|choose"):
        Choice(options, end)


def test_a_vanishing_probability_does_not_break_the_rest() -> None:
    shares = Choice({"a": (1,), "b": (2,)}, end=()).probabilities([{1: -9999.0, 2: -9999.0}])
    assert shares == pytest.approx({"a": 0.5, "b": 0.5})
