"""One walk, read ahead, counted."""

import threading
from collections.abc import Iterator
from itertools import count, islice

import pytest

from idetex_plugin.cli.read_ahead import ReadAhead


def test_everything_comes_once_and_is_counted() -> None:
    found = ReadAhead(range(1, 50))
    assert found.peek()
    assert list(found) == list(range(1, 50))
    assert (found.found, found.total) == (49, 49)


def test_nothing_is_nothing() -> None:
    assert not ReadAhead(()).peek()


def test_no_more_is_read_than_is_needed_soon() -> None:
    found = ReadAhead(count(1), ahead=10)
    taken = list(islice(found, 5))
    assert taken == [1, 2, 3, 4, 5]
    assert found.found <= 5 + 10 + 2
    assert found.total is None


def test_an_error_comes_in_its_turn() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError("the disk is gone")

    found = ReadAhead(broken())
    assert found.peek()
    items = iter(found)
    assert next(items) == 1
    with pytest.raises(OSError, match="the disk is gone"):
        next(items)


def test_closing_ends_the_thread() -> None:
    found = ReadAhead(count(1))
    next(iter(found))
    found.close()
    for thread in threading.enumerate():
        if thread.name == "idetex-find":
            thread.join(10)
            assert not thread.is_alive()
