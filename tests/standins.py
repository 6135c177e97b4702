"""Stand-ins for what the spine joins: an engine with a window, tasks that read one word, photos of one colour."""

from __future__ import annotations

import gc
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from PIL import Image

from idetex_plugin.cards.registry import get_card
from idetex_plugin.dialects.nano import DESCRIBE, LOCATE, NanoDialect
from idetex_plugin.tasks.perception import Perceived
from idetex_plugin.words.assessment import Answer, Quality, Region
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.request import Reply, Request, Views
from idetex_plugin.words.vocabulary import Level, Severity


def say_noise(request: Request) -> Reply:
    """The answer of a model that sees noise everywhere."""
    return Reply(text="Noise")


REGION = Region(distortion="Noise", severity=Severity.SEVERE, box=Box(x1=0, y1=0.25, x2=0.5, y2=1), effect="Grain.")


def nano_says(request: Request) -> Reply:
    """The embedded checkpoint seeing severe noise on the lower left of every photo."""
    dialect = NanoDialect(get_card("nano"))
    if request.choices:
        first, *others = request.choices
        shares = {first: 0.9} | dict.fromkeys(others, 0.1 / len(others))
        return Reply(first, choice_probabilities=shares)
    if request.prompt == DESCRIBE:
        return Reply(dialect.render_description("A photo.", [REGION], ["Noise"], Level.POOR))
    if request.prompt.startswith(LOCATE):
        return Reply(dialect.render_box(REGION.box))
    return Reply(dialect.render_regions([REGION]))


def failing_on(word: str) -> Callable[[Request], Reply]:
    """The same, but answering requests whose prompt holds this word unreadably."""
    return lambda request: Reply("<p1>") if word in request.prompt else nano_says(request)


@dataclass
class WindowEngine:
    """Answers with `answer`, last in first out within a window of `slots` items; keeps count of what it saw."""

    slots: int = 4
    answer: Callable[[Request], Reply] = say_noise
    dies_after: int | None = None
    before_answer: Callable[[], None] = lambda: None
    name: str = "scripted"
    asked: list[tuple[str, ...]] = field(default_factory=list)
    most_in_flight: int = 0
    starts: int = 0
    closed: int = 0

    def stream(self, items: Iterable[tuple[Any, Sequence[Request]]]) -> Iterator[tuple[Any, tuple[Reply, ...]]]:
        """See `engines.base.Engine`."""
        self.starts += 1
        window: deque[tuple[Any, Sequence[Request]]] = deque()
        source = iter(items)
        more = True
        while more or window:
            while more and len(window) < self.slots:
                item = next(source, None)
                if item is None:
                    more = False
                else:
                    window.append(item)
                    self.asked.append(tuple(request.prompt for request in item[1]))
            self.most_in_flight = max(self.most_in_flight, len(window))
            if window:
                if self.dies_after is not None and len(self.asked) > self.dies_after:
                    raise RuntimeError("out of memory")
                self.before_answer()
                key, requests = window.pop()
                yield key, tuple(self.answer(request) for request in requests)

    def close(self) -> None:
        """Count."""
        self.closed += 1


@dataclass(frozen=True)
class WordTask:
    """Reads one word; "?" is unreadable, "!" raises."""

    name: str

    def ask(self, look: Views) -> tuple[Request, ...]:
        """One request."""
        return (Request(prompt=self.name, images=look.images),)

    def read(self, replies: Sequence[Reply], look: Views) -> Any:
        """The word as this task's kind of result."""
        [reply] = replies
        if reply.failure is not None:
            return reply.failure
        if reply.text == "?":
            return Failure(reason=Reason.UNPARSEABLE, message="no word")
        if reply.text == "!":
            raise ZeroDivisionError("a fault of the task")
        if self.name == "perception":
            answer = Answer(name="word", question="Which word?", options=("Noise", "None"), choice=reply.text)
            return Perceived((answer,), Quality(level=Level.POOR))
        if self.name == "description":
            return None
        return (Region(distortion=reply.text, severity=Severity.MINOR, box=WHOLE),)


def with_fixtures() -> tuple[str, ...]:
    """What makes pytest load the fixtures for authors of plugins, where the installed package does not."""
    name = "idetex_plugin.testing.fixtures"
    return () if any(each.value == name for each in entry_points(group="pytest11")) else ("-p", name)


def write_photos(folder: Path, count: int, *, size: tuple[int, int] = (48, 40)) -> list[Path]:
    """Photos of different content: JPEG files named 000.jpg and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:03}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        Image.new("RGB", size, (number * 37 % 256, number * 11 % 256, number // 256)).save(path, quality=95)
    return paths


class Census:
    """Counts how many of the objects that it was shown live at once."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._live = 0
        self.most = 0

    def watch(self, thing: object) -> None:
        """Count this object until it dies."""
        import weakref

        with self._turn:
            self._live += 1
            self.most = max(self.most, self._live)
        weakref.finalize(thing, self._gone)

    def _gone(self) -> None:
        with self._turn:
            self._live -= 1

    @property
    def live(self) -> int:
        """How many live now."""
        gc.collect()
        return self._live
