"""A line to one HTTP server: bytes out, JSON in, a deadline and a bound for each."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import aiohttp

from idetex_plugin.engines.address import Address
from idetex_plugin.engines.faults import Trouble, TroubleError, UnclearError, read_refusal
from idetex_plugin.words.failure import Failure, Reason

CONNECT_SECONDS = 10.0
MOST_BYTES = 8 << 20
SLICE = 256 << 10
JSON_TYPE = {"Content-Type": "application/json", "Accept": "application/json"}


class Line:
    """Sends requests to the server at `address`, each once. Made and used in one event loop.

    most: connections at once. timeout: seconds from the first byte sent to the last one received of one request.
    Redirects are not followed, and an answer of more than `MOST_BYTES` is not read.
    """

    def __init__(self, address: Address, *, timeout: float, most: int) -> None:
        self.address, self.timeout, self._proxy = address, timeout, address.proxy()
        self._most = most
        self._opened: aiohttp.ClientSession | None = None
        self.sent = 0

    async def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            await self._opened.close()
            await asyncio.sleep(0)

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

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None:
            self._opened = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._most, keepalive_timeout=30),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
                headers={**JSON_TYPE, **self.address.headers}, cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._opened

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
        return self.address.hide(f"{doing} {self.address.name}: {_cause(error)}")


def _cause(error: Exception) -> str:
    """What went wrong with a connection, as the system says it where it does."""
    known = getattr(error, "os_error", None)
    if isinstance(known, OSError) and known.errno is not None and known.errno > 0:
        return os.strerror(known.errno)
    return f"{type(error).__name__} {error}".strip()


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
