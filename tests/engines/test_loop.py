"""Coroutines that are run where there is no loop."""

import asyncio

import pytest

from idetex_plugin.engines.loop import at_once


def test_a_coroutine_that_never_waits_gives_its_answer_at_once() -> None:
    async def inner(number: int) -> int:
        return number + 1

    async def outer() -> int:
        return await inner(1) + await inner(2)

    assert at_once(outer()) == 5

    async def in_a_loop() -> int:
        return at_once(outer())

    assert asyncio.run(in_a_loop()) == 5


def test_one_that_fails_raises_and_one_that_waits_is_refused() -> None:
    async def fails() -> None:
        raise KeyError("it")

    with pytest.raises(KeyError, match="it"):
        at_once(fails())
    with pytest.raises(RuntimeError, match="waits"):
        at_once(asyncio.sleep(0))
