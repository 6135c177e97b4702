"""A real vLLM server in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

SECONDS_TO_START = 600


def free_port() -> int:
    """A port of 127.0.0.1 that nothing uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    arguments: Sequence[str], port: int, log: Path, environment: Mapping[str, str] = os.environ
) -> Iterator[str]:
    """The address of `python ARGUMENTS`, a server on this port, once it is healthy; its words go to the log."""
    environment = {**environment, "VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, *arguments], env=environment, stdout=out, stderr=out, start_new_session=True
        )
        try:
            deadline = time.monotonic() + SECONDS_TO_START
            while not _healthy(port):
                assert process.poll() is None and time.monotonic() < deadline, log.read_text()[-3000:]
                time.sleep(0.5)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(60)


def _healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200
    except httpx.TransportError:
        return False
