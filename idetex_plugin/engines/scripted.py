"""An engine without a model: answers from a function or a table. For tests, documentation and dry runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from time import monotonic, sleep

from idetex_plugin.engines.base import Key
from idetex_plugin.engines.prompts import failed
from idetex_plugin.words.failure import Reason
from idetex_plugin.words.request import Reply, Request

Line = Reply | str | Mapping[str, float]


class ScriptedEngine:
    """Answers each request with what the script says.

    script: a function of the request, or a table by prompt. A line of the script is a Reply; or a text; or, for a
    request with choices, every option's probability, of which the most probable is the reply. A prompt that is not in
    the table, and a function that raises, give a reply with a failure, as a real engine would.
    slots, seconds: how many items are under way at once, and how long each takes; to see what keeps an engine waiting.
    """

    name = "scripted"

    def __init__(
        self, script: Callable[[Request], Line] | Mapping[str, Line], *, slots: int = 1, seconds: float = 0.0
    ) -> None:
        self._script = script
        self._slots, self._seconds = slots, seconds

    def stream(self, items: Iterable[tuple[Key, Sequence[Request]]]) -> Iterator[tuple[Key, tuple[Reply, ...]]]:
        """See `Engine`. In the order of the items."""
        source, window, more = iter(items), deque[tuple[float, Key, Sequence[Request]]](), True
        while more or window:
            while more and len(window) < self._slots and not (window and window[0][0] <= monotonic()):
                item = next(source, None)
                if item is None:
                    more = False
                else:
                    window.append((monotonic() + self._seconds, *item))
            if window:
                ready, key, requests = window.popleft()
                sleep(max(0.0, ready - monotonic()))
                yield key, tuple(self._answer(request) for request in requests)

    def close(self) -> None:
        """Nothing to free."""

    def _answer(self, request: Request) -> Reply:
        try:
            line = self._script(request) if callable(self._script) else self._script[request.prompt]
        except Exception as error:
            return failed(Reason.ENGINE_ERROR, f"the script has no answer: {type(error).__name__} {error}")
        if isinstance(line, Reply):
            return line
        if isinstance(line, str):
            return Reply(line)
        return Reply(max(line, key=lambda option: line[option]), choice_probabilities=dict(line))
