"""The bounded, ordered, lazy map over threads."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.assessing.prefetch import prefetch


@given(st.lists(st.integers()), st.integers(1, 9), st.integers(1, 4))
def test_is_map_in_order(items: list[int], ahead: int, workers: int) -> None:
    with ThreadPoolExecutor(workers) as pool:
        assert list(prefetch(lambda item: item * 2, items, pool, ahead)) == [item * 2 for item in items]


def test_takes_no_more_than_ahead_of_an_endless_source() -> None:
    taken = []

    def endless() -> Iterator[int]:
        for number in count():
            taken.append(number)
            yield number

    with ThreadPoolExecutor(2) as pool:
        results = prefetch(str, endless(), pool, 5)
        assert list(islice(results, 3)) == ["0", "1", "2"]
        assert len(taken) == 7
        results.close()


def test_works_ahead_of_a_slow_consumer() -> None:
    done = []
    with ThreadPoolExecutor(2) as pool:
        results = prefetch(done.append, range(4), pool, 4)
        next(results)
        time.sleep(0.05)
        assert sorted(done) == [0, 1, 2, 3]
        results.close()


def test_an_error_comes_in_its_turn() -> None:
    with ThreadPoolExecutor(2) as pool:
        results = prefetch(lambda item: 1 // item, [1, 0, 1], pool, 3)
        assert next(results) == 1
        with pytest.raises(ZeroDivisionError):
            next(results)


def test_an_error_of_the_source_comes_after_what_it_gave() -> None:
    def source() -> Iterator[int]:
        yield from range(3)
        raise OSError("gone")

    seen = []
    with ThreadPoolExecutor(2) as pool, pytest.raises(OSError, match="gone"):
        for result in prefetch(str, source(), pool, 9):
            seen.append(result)
    assert seen == ["0", "1", "2"]
