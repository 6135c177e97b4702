"""The engines that a family is tried with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from vllm_server import free_port, running

from idetex_plugin import Card
from idetex_plugin.engines.base import Engine
from idetex_plugin.engines.retries import Backoff
from idetex_plugin.engines.server import ServerEngine
from idetex_plugin.engines.serving import serve_command
from idetex_plugin.engines.transformers import TransformersEngine

Start = Callable[[Card], AbstractContextManager[Engine]]
SLOTS = 8
WAIT = 20


@contextmanager
def vllm_here(card: Card, dtype: str) -> Iterator[Engine]:
    """vLLM in this process."""
    from idetex_plugin.engines.vllm import VllmEngine

    engine = VllmEngine(card, dtype=dtype, slots=SLOTS)
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def transformers_here(card: Card, dtype: str) -> Iterator[Engine]:
    """transformers in this process."""
    engine = TransformersEngine(card, dtype=dtype, device="cpu", slots=SLOTS)
    yield engine
    engine.close()


@contextmanager
def served(card: Card, dtype: str, log: Path) -> Iterator[Start]:
    """A server started by the line that `idetex serve-command` prints."""
    port = free_port()
    line = serve_command(card, port=port, cpu=True)
    line[line.index("--dtype") + 1] = dtype
    with running([*line[1:], "--max-num-seqs", str(SLOTS)], port, log) as address:
        yield partial(_asked, address=address)


@contextmanager
def _asked(card: Card, address: str) -> Iterator[Engine]:
    engine = ServerEngine(card, address, slots=SLOTS, backoff=Backoff(tries=2), wait=WAIT)
    try:
        yield engine
    finally:
        engine.close()
