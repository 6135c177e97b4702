"""The short form of fuzzing: every target on its seeds, and on some thousand random changes of them."""

from __future__ import annotations

import random

import pytest

from tests.fuzzing.targets import TARGETS, seeds

ROUNDS = {"decoding": 1500, "parsing": 1500, "runs": 150}


def changed(data: bytes, draw: random.Random) -> bytes:
    """One to four bytes, runs or lengths changed, as a fuzzer does."""
    out = bytearray(data)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(out) + 1)
        size = draw.choice((1, 1, 2, 4, 64))
        match draw.randrange(4):
            case 0:
                out[at : at + size] = draw.randbytes(min(size, len(out) - at))
            case 1:
                del out[at : at + size]
            case 2:
                out[at:at] = draw.choice((bytes(size), b"\xff" * size, draw.randbytes(size)))
            case 3:
                out[at : at + size] = out[:size]
    return bytes(out)


@pytest.mark.parametrize("target", TARGETS)
def test_no_input_breaks_a_promise(target: str) -> None:
    known = list(seeds(target))
    for data in known:
        TARGETS[target](data)
    draw = random.Random(17)
    for _ in range(ROUNDS[target]):
        TARGETS[target](changed(draw.choice(known), draw))
