"""Serving a page or a service at an address, which is had before anything slow begins, until it is stopped."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import typer

from idetex_plugin.cli.exits import stop

if TYPE_CHECKING:
    from starlette.applications import Starlette


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket at the address, port 0 for any free one. Leaves with `Exit.USAGE` where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        at = socket.create_server((host, port), family=family)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or error
        stop(f"the address {netloc(host, port)} cannot be bound: {why}")
    with at:
        yield at


def netloc(host: str, port: int | str) -> str:
    """Such as 127.0.0.1:8008, or [::1]:8008."""
    return f"{bracketed(host)}:{port}"


def bracketed(host: str) -> str:
    """The host as a URL has it."""
    return f"[{host}]" if ":" in host else host


def serve_at(at: socket.socket, app: Starlette, host: str) -> None:
    """Print the address, and answer at it until Ctrl-C (then `Exit.INTERRUPTED`) or a termination signal (then 143).

    A shell that starts it in the background has it ignore Ctrl-C; uvicorn heeds it all the same."""
    import uvicorn

    typer.echo(f"http://{netloc(host, at.getsockname()[1])} (Ctrl-C ends)")
    handlers = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: _terminated}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[at])
    except KeyboardInterrupt:
        raise typer.Exit(128 + signal.SIGINT) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _terminated(number: int, frame: FrameType | None) -> None:
    """Leave as any command does, so that what is open is closed."""
    raise typer.Exit(128 + number)
