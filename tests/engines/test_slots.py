import asyncio

from idetex_plugin.engines.slots import Slots


async def hold(slots: Slots, seen: list[int], release: asyncio.Event) -> None:
    async with slots.one():
        seen.append(slots.taken)
        await release.wait()


def test_no_more_than_the_limit_at_once() -> None:
    async def run() -> None:
        slots, seen, release = Slots(3, 3), list[int](), asyncio.Event()
        tasks = [asyncio.create_task(hold(slots, seen, release)) for _ in range(10)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert len(seen) == 3
        release.set()
        await asyncio.gather(*tasks)
        assert len(seen) == 10 and max(seen) == 3 and slots.taken == 0

    asyncio.run(run())


def test_waiting_can_be_given_up_and_loses_no_slot() -> None:
    async def run() -> None:
        slots, seen, release = Slots(1, 1), list[int](), asyncio.Event()
        first, second, third = (asyncio.create_task(hold(slots, seen, release)) for _ in range(3))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.sleep(0)
        release.set()
        await asyncio.gather(first, third)
        assert second.cancelled() and slots.taken == 0
        async with slots.one():
            assert slots.taken == 1

    asyncio.run(run())


def test_more_while_answers_stay_fast_and_no_more_once_they_do_not() -> None:
    async def run() -> None:
        slots = Slots(4, 8)
        slots.taken = 4
        for _ in range(200):
            slots.taken = slots.limit
            slots.answered(1.0)
        assert slots.limit == 8
        slow = Slots(4, 8)
        slow.answered(1.0)
        for _ in range(200):
            slow.taken = slow.limit
            slow.answered(3.0)
        assert slow.limit < 6

    asyncio.run(run())


def test_it_does_not_rise_while_slots_are_free() -> None:
    slots = Slots(4, 8)
    slots.taken = 1
    for _ in range(200):
        slots.answered(1.0)
    assert slots.limit == 4


def test_it_halves_once_a_second_and_never_below_one(monkeypatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("idetex_plugin.engines.slots.time.monotonic", lambda: clock[0])
    slots = Slots(16, 16)
    slots.fall()
    slots.fall()
    assert slots.limit == 8
    for _ in range(10):
        clock[0] += 2
        slots.fall()
    assert slots.limit == 1
