from collections.abc import Iterator

import pytest
from faults.desk import Server


@pytest.fixture(scope="package")
def running() -> Iterator[Server]:
    """One server for all tests."""
    server = Server()
    yield server
    server.kill()


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """The server, well again."""
    if running.process is None:
        running.start()
    running.tell(fault="", delay=0)
    yield running
