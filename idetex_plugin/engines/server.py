"""Any OpenAI-compatible vLLM server: a sliding window of requests over HTTP.

Start it with --structured-outputs-config '{"backend": "xgrammar", "disable_any_whitespace": true}', or a model may fill
a JSON reply with blanks until it is cut off.

The server's checkpoint needs a chat template that says what the card's template says. Only pixels are sent, inside
the messages: a photo's own coded ones where they are what the model is shown, else as PNG. Choices are scored token by
token, as in the other engines, where the server tokenizes for its clients and reports the log-probabilities of chosen
tokens (vLLM does); elsewhere, and where one option begins another, the server's own constraint picks the option and
the probabilities stay unknown.

A request that the server refuses while it is healthy gives a reply with a failure. A server that is down, refuses the
key, is out of quota or serves another model is waited for; then the stream raises ServiceError.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from idetex_plugin.engines.base import EngineDeadError, Key
from idetex_plugin.engines.faults import ServiceError, UnansweredError
from idetex_plugin.engines.loop import LoopThread
from idetex_plugin.engines.retries import Backoff
from idetex_plugin.engines.served import Served
from idetex_plugin.engines.served_template import TemplateError
from idetex_plugin.engines.servers import Servers
from idetex_plugin.engines.window import Window
from idetex_plugin.words.card import Card
from idetex_plugin.words.request import Reply, Request

AHEAD = 1.5
"""Requests that are taken, as a share of the slots: pictures of those without a slot are encoded meanwhile."""


class ServerEngine:
    """Talks to the server at `url`, such as "http://127.0.0.1:8000", with or without "/v1"; or to several.

    url: of several servers, all of which have to serve the same model, a sequence. A photo goes to the one with the
        least to do; one that cannot be used gets nothing, is tried again, and its photos are asked of others.
    model: the name under which the server serves the checkpoint; by default the model whose name or root is the
        card's checkpoint.
    slots: requests under way at once at each server, at most; half as many again are prepared meanwhile. By default
        their number adapts: from 64 on it rises while answers stay fast, and falls when the server is too busy.
    timeout: seconds for one request, from the first byte sent to the last one received.
    wait: seconds to wait while no server answers. None: 300 once one has answered, not at all before.
    The API key, if a server wants one, is read from the environment variable IDETEX_API_KEY alone.
    Raises ConnectionError when no server can be reached or one refuses, ValueError for a URL that is not http(s), a
    model that is not served, and servers that do not serve the same one.
    """

    name = "server"

    def __init__(
        self, card: Card, url: str | Sequence[str], *, model: str | None = None, slots: int | None = None,
        timeout: float = 120.0, backoff: Backoff | None = None, wait: float | None = None,
    ) -> None:
        self.card = card
        urls = (url,) if isinstance(url, str) else tuple(url)
        self._encoders = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="idetex-encode")
        self._servers = Servers(
            card, urls, self._encoders, model=model, slots=slots, timeout=timeout, backoff=backoff or Backoff()
        )
        self._loop = LoopThread()
        try:
            self._loop.submit(self._servers.begin(wait)).result()
        except TemplateError as error:
            self.close()
            raise ValueError(str(error)) from None
        except (EngineDeadError, UnansweredError) as error:
            self.close()
            raise ConnectionError(f"{error}; --wait-for-server SECONDS waits for a server") from None
        except BaseException:
            self.close()
            raise

    @property
    def served(self) -> Served:
        """What is served, and asked."""
        return self._servers.served

    @property
    def model(self) -> str:
        """The model's name at the server."""
        return self.served.name

    @property
    def slots(self) -> int:
        """Requests that may be under way at once, at present."""
        return self._servers.slots

    @property
    def bytes_sent(self) -> int:
        """Bytes of all requests so far, without their headers."""
        return self._servers.sent

    def stream(self, items: Iterable[tuple[Key, Sequence[Request]]]) -> Iterator[tuple[Key, tuple[Reply, ...]]]:
        """See `Engine`. Several streams may be open at once. Raises ServiceError, an EngineDeadError."""
        source, window = iter(items), Window[Key, tuple[Reply, ...]](self._loop)
        end: ServiceError | None = None
        try:
            while True:
                while end is None and window.busy < AHEAD * self.slots and (item := next(source, None)) is not None:
                    key, requests = item
                    weight = self._servers.weight(len(requests))
                    window.start(key, weight, self._servers.answer_all(tuple(requests)))
                if not len(window):
                    break
                try:
                    done = window.next()
                except ServiceError as error:
                    end = error
                else:
                    yield done
            if end is not None:
                raise end
        finally:
            window.cancel()

    def close(self) -> None:
        """Close the connections. Idempotent."""
        self._loop.close(self._servers.close())
        self._encoders.shutdown(cancel_futures=True)
