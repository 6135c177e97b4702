"""Ctrl-C and termination: the first finishes what is in flight, the second stops at once."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """`received` is the number of the first signal, or None."""

    def __init__(self) -> None:
        self.received: int | None = None


@contextmanager
def on_interrupt(drain: Callable[[], None]) -> Iterator[Interrupts]:
    """Call `drain` on the first signal, raise KeyboardInterrupt on the second. For the main thread."""
    seen = Interrupts()

    def handle(number: int, frame: FrameType | None) -> None:
        if seen.received is not None:
            raise KeyboardInterrupt
        seen.received = number
        drain()

    before = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield seen
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
