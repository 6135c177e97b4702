"""A line to one HTTP server: an event loop in its own thread, bytes out, JSON in, a deadline and a bound for each."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

import aiohttp

from idetex_plugin.engines.address import Address
from idetex_plugin.engines.faults import Trouble, TroubleError, UnclearError, read_refusal
from idetex_plugin.words.failure import Failure, Reason

CONNECT_SECONDS = 10.0
MOST_BYTES = 8 << 20
SLICE = 256 << 10
JSON_TYPE = {"Content-Type": "application/json", "Accept": "application/json"}
Answer = TypeVar("Answer")


class Line:
    """Sends requests to the server at `address`, each once.

    most: connections at once. timeout: seconds from the first byte sent to the last one received of one request.
    Redirects are not followed, and an answer of more than `MOST_BYTES` is not read.
    """

    def __init__(self, address: Address, *, timeout: float, most: int) -> None:
        self.address, self.timeout, self._proxy = address, timeout, address.proxy()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="idetex-server", daemon=True)
        self._thread.start()
        self._session = self.submit(self._open(most)).result()
        self.sent = 0

    def submit(self, work: Coroutine[Any, Any, Answer]) -> Future[Answer]:
        """Run this in the line's thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        """Close the connections and end the thread. Idempotent."""
        if self._loop.is_closed():
            return
        self.submit(self._shut()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def once(
        self, method: str, path: str, body: Sequence[bytes] = (), *, timeout: float | None = None
    ) -> Mapping[str, Any]:
        """The server's JSON object. Raises UnansweredError, or UnclearError or TroubleError of its kind."""
        name, seconds = self.address.name, timeout or self.timeout
        try:
            async with asyncio.timeout(seconds):
                status, data, headers = await self._exchange(method, path, body)
        except TimeoutError:
            failure = Failure(reason=Reason.TIMEOUT, message=f"{name} did not answer within {seconds:g} s")
            raise UnclearError(failure) from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise TroubleError(Trouble.DOWN, self._words("cannot reach", error)) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise UnclearError(
                Failure(reason=Reason.ENGINE_ERROR, message=self._words("the answer broke off at", error))
            ) from None
        if status != 200:
            text = self.address.hide(data.decode("utf-8", "replace"))
            target = self.address.hide(headers.get("Location", "").partition("?")[0])
            raise read_refusal(status, text, headers.get("Retry-After"), target)
        return _object(data)

    async def _open(self, most: int) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=most, keepalive_timeout=30),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            headers={**JSON_TYPE, **self.address.headers}, cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def _shut(self) -> None:
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await self._session.close()
        await asyncio.sleep(0)

    async def _exchange(
        self, method: str, path: str, body: Sequence[bytes]
    ) -> tuple[int, bytes, Mapping[str, str]]:
        size = sum(map(len, body))
        sending: dict[str, Any] = {}
        if body:
            sending = {"data": _slices(body), "headers": {"Content-Length": str(size)}}
        async with self._session.request(
            method, self.address.url + path, allow_redirects=False, proxy=self._proxy, **sending
        ) as response:
            self.sent += size
            data = bytearray()
            async for chunk in response.content.iter_any():
                data += chunk
                if len(data) > MOST_BYTES:
                    response.close()
                    message = f"the server's answer has more than {MOST_BYTES >> 20} MiB"
                    raise UnclearError(Failure(reason=Reason.ENGINE_ERROR, message=message), response.status)
            return response.status, self.address.hide_bytes(bytes(data)), response.headers

    def _words(self, doing: str, error: Exception) -> str:
        return self.address.hide(f"{doing} {self.address.name}: {type(error).__name__} {error}".strip())


async def _slices(body: Sequence[bytes]) -> AsyncIterator[memoryview]:
    for piece in body:
        view = memoryview(piece)
        for start in range(0, len(view), SLICE):
            yield view[start : start + SLICE]


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        message = f"the server's answer is no JSON object: {data[:80].decode('utf-8', 'replace')!r}"
        raise UnclearError(Failure(reason=Reason.ENGINE_ERROR, message=message), 200)
    return value
