"""A service on a socket of this machine, with a scripted engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from standins import WindowEngine, nano_says

from idetex_plugin import Assessor
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.serve.app import make_app
from idetex_plugin.serve.limits import ServiceLimits


@contextmanager
def serving(limits: ServiceLimits | None = None, engine: WindowEngine | None = None) -> Iterator[str]:
    """The address of a running service."""
    assessor = Assessor(engine=engine or WindowEngine(answer=nano_says), hooks=Hooks())
    config = uvicorn.Config(make_app(assessor, limits), host="127.0.0.1", port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
