"""A line to one HTTP server: an event loop in its own thread, JSON in and out, retries, named failures."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import httpx

from idetex_plugin.engines import wire
from idetex_plugin.engines.base import Key
from idetex_plugin.engines.retries import AGAIN, Backoff
from idetex_plugin.words.failure import Failure, Reason

KEY_VARIABLE = "IDETEX_API_KEY"
CONNECT_SECONDS = 10.0
TRIES_AFTER_TIMEOUT = 2
Answer = TypeVar("Answer")


class UnansweredError(Exception):
    """A request that got no usable answer. `status` is the last HTTP status, if there was one."""

    def __init__(self, failure: Failure, status: int | None = None) -> None:
        super().__init__(failure.message)
        self.failure, self.status = failure, status


class Line:
    """Sends JSON to the server at `url`.

    most: connections at once. timeout: seconds for one try. lost: how many requests in a row could not connect.
    The key of the environment variable IDETEX_API_KEY, if set, goes along as a bearer token and nowhere else.
    Raises ValueError for a URL that is not http(s).
    """

    def __init__(self, url: str, *, timeout: float, most: int, backoff: Backoff) -> None:
        self.url = root(url)
        self.name = shown(self.url)
        self.backoff = backoff
        self.lost = 0
        key = os.environ.get(KEY_VARIABLE)
        self._client = httpx.AsyncClient(
            base_url=self.url, headers={"Authorization": f"Bearer {key}"} if key else None,
            timeout=httpx.Timeout(timeout, connect=CONNECT_SECONDS, pool=None),
            limits=httpx.Limits(max_connections=most, max_keepalive_connections=most),
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="idetex-server", daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, Answer]) -> Future[Answer]:
        """Run this in the line's thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        """Close the connections and end the thread. Idempotent."""
        if self._loop.is_closed():
            return
        self.submit(self._client.aclose()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """The server's JSON object, after as many tries as it takes. Raises UnansweredError."""
        tried = 0
        while True:
            tried += 1
            tries, wish, status = self.backoff.tries, None, None
            try:
                response = await self._client.request(method, path, json=body)
            except httpx.TimeoutException as error:
                tries = min(tries, TRIES_AFTER_TIMEOUT)
                failure = _failure(Reason.TIMEOUT, f"{self.name} did not answer in time ({type(error).__name__})")
                unreachable = isinstance(error, httpx.ConnectTimeout)
            except httpx.TransportError as error:
                failure = _failure(Reason.REFUSED, f"cannot reach {self.name}: {type(error).__name__} {error}".strip())
                unreachable = True
            else:
                self.lost, unreachable = 0, False
                status, wish = response.status_code, response.headers.get("Retry-After")
                if status == httpx.codes.OK:
                    return _json(response)
                failure = wire.refusal(status, wire.error_message(response.text))
                tries = tries if status in AGAIN and failure.reason is not Reason.PROMPT_TOO_LONG else 1
            if tried >= tries:
                self.lost += unreachable
                raise UnansweredError(failure, status)
            await asyncio.sleep(self.backoff.wait(tried, wish))


class Window(Generic[Key, Answer]):
    """Items under way on a line. `busy` is how many requests they hold together."""

    def __init__(self, line: Line) -> None:
        self.busy = 0
        self._line = line
        self._done: queue.SimpleQueue[tuple[Key, int, Future[Answer]]] = queue.SimpleQueue()
        self._open: set[Future[Answer]] = set()

    def __len__(self) -> int:
        """Items under way."""
        return len(self._open)

    def start(self, key: Key, requests: int, work: Coroutine[Any, Any, Answer]) -> None:
        """Begin an item of so many requests."""
        future = self._line.submit(work)
        self._open.add(future)
        self.busy += requests
        future.add_done_callback(lambda done: self._done.put((key, requests, done)))

    def next(self) -> tuple[Key, Answer]:
        """Wait for an item to finish."""
        key, requests, future = self._done.get()
        self._open.discard(future)
        self.busy -= requests
        return key, future.result()

    def cancel(self) -> None:
        """Drop what is still under way."""
        for future in self._open:
            future.cancel()


def root(url: str) -> str:
    """The server's address without a trailing slash or "/v1". Raises ValueError for a URL that is not http(s)."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{shown(url)!r} is not a server's URL such as http://127.0.0.1:8000")
    return url.rstrip("/").removesuffix("/v1")


def shown(url: str) -> str:
    """The URL fit for messages: without user name, password and query."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _failure(reason: Reason, message: str) -> Failure:
    return Failure(reason=reason, message=message)


def _json(response: httpx.Response) -> Mapping[str, Any]:
    try:
        value = response.json()
    except ValueError:
        value = None
    if not isinstance(value, dict):
        message = f"the server's answer is no JSON object: {response.text[:80]!r}"
        raise UnansweredError(_failure(Reason.ENGINE_ERROR, message), response.status_code)
    return value
