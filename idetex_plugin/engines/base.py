"""The small protocol between tasks and whatever runs the model: requests in, replies out, no barrier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from idetex_plugin.words.request import Reply, Request

Key = TypeVar("Key")


class EngineDeadError(RuntimeError):
    """The engine itself has failed and can answer nothing more. What was in flight is lost."""


class Engine(Protocol):
    """Runs requests. Engines own a sliding window: they pull the next item whenever a slot is free."""

    name: str

    def stream(
        self, items: Iterable[tuple[Key, Sequence[Request]]]
    ) -> Iterator[tuple[Key, tuple[Reply, ...]]]:
        """For every (key, requests) yield (key, replies), replies in the order of the requests.

        Items come out as they finish, in any order. `items` is pulled lazily, never more than the window ahead,
        so memory does not grow with the number of items. The requests of one item are submitted together, so that
        they share the image's prefix. A request that fails gives a Reply with `failure`; it never raises and never
        touches other items. Only a dead engine raises, `EngineDeadError`.
        """
        ...

    def close(self) -> None:
        """Free the model or the connections. Idempotent."""
        ...
