"""Several engines as one: each answers the requests that are its own, side by side."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, fields
from typing import Generic

from idetex_plugin.engines.base import Engine, Key
from idetex_plugin.words.request import Reply, Request


@dataclass(frozen=True, slots=True)
class MemberRequest(Request):
    """A request for one member of a joint engine, by its number."""

    member: int = 0

    @classmethod
    def of(cls, request: Request, member: int) -> MemberRequest:
        """The request, addressed."""
        return cls(**{field.name: getattr(request, field.name) for field in fields(Request)}, member=member)


class JointEngine:
    """Asks every member its own requests of an item; the item comes out when all have answered.

    Every request of its items is a MemberRequest. Items are pulled when a member wants one; the others' parts wait, at
    most as many as the windows of the members are wide.
    """

    name = "joint"

    def __init__(self, members: Sequence[Engine]) -> None:
        self.members = tuple(members)

    def stream(self, items: Iterable[tuple[Key, Sequence[Request]]]) -> Iterator[tuple[Key, tuple[Reply, ...]]]:
        """See `Engine`. A member that dies raises EngineDeadError for all."""
        table = _Table(items, len(self.members))
        with ExitStack() as stack:
            streams = [member.stream(table.feed(number)) for number, member in enumerate(self.members)]
            for stream in streams:
                stack.enter_context(closing(stream))  # type: ignore[type-var]
            running = list(range(len(streams)))
            while running:
                number = max(running, key=lambda each: len(table.waiting[each]))
                answered = next(streams[number], None)
                if answered is None:
                    running.remove(number)
                elif (whole := table.note(number, *answered)) is not None:
                    yield whole

    def close(self) -> None:
        """Close the members."""
        for member in self.members:
            member.close()


class _Table(Generic[Key]):
    """Items on their way, and the parts of them that members have not taken yet."""

    def __init__(self, items: Iterable[tuple[Key, Sequence[Request]]], members: int) -> None:
        self.waiting = [deque[tuple[int, tuple[Request, ...]]]() for _ in range(members)]
        self._source = enumerate(items)
        self._open: dict[int, tuple[Key, tuple[int, ...], dict[int, tuple[Reply, ...]]]] = {}

    def feed(self, member: int) -> Iterator[tuple[int, tuple[Request, ...]]]:
        """The items of one member: its own requests of each."""
        while self.waiting[member] or self._take():
            yield self.waiting[member].popleft()

    def note(self, member: int, number: int, replies: tuple[Reply, ...]) -> tuple[Key, tuple[Reply, ...]] | None:
        """Note a member's replies. Returns the item with all replies, in the order of its requests, once complete."""
        key, members, answered = self._open[number]
        answered[member] = replies
        if len(answered) < len(self.waiting):
            return None
        del self._open[number]
        rest = {each: iter(given) for each, given in answered.items()}
        return key, tuple(next(rest[each]) for each in members)

    def _take(self) -> bool:
        found = next(self._source, None)
        if found is None:
            return False
        number, (key, requests) = found
        members = tuple(getattr(request, "member", 0) for request in requests)
        self._open[number] = key, members, {}
        for member, waiting in enumerate(self.waiting):
            own = tuple(each for each, to in zip(requests, members, strict=True) if to == member)
            waiting.append((number, own))
        return True
