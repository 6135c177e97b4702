"""Photos in, assessments out."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import Any, Self

from idetex_plugin.assessing import fingerprint
from idetex_plugin.assessing.demand import EngineOnDemand
from idetex_plugin.assessing.examiner import GRAPHICS, Case, Examiner, Task, idle_statuses
from idetex_plugin.assessing.lock import StreamLock
from idetex_plugin.assessing.stream import Awaiting, Item, Key, Prepare, Ready, Result, Stream
from idetex_plugin.cards.registry import get_card
from idetex_plugin.dialects.base import Dialect, DialectMaker
from idetex_plugin.dialects.registry import make_dialect
from idetex_plugin.engines.base import Engine
from idetex_plugin.engines.choose import AUTO, EngineMaker, make_engine, options_for
from idetex_plugin.photo.load import DEFAULT_MAX_PIXELS, MENDED, Photo, PhotoError, load_photo
from idetex_plugin.photo.sources import Named, Source
from idetex_plugin.plugins.before import before_assess
from idetex_plugin.plugins.events import Assessed, AssessFailed
from idetex_plugin.plugins.manager import Hooks, get_manager
from idetex_plugin.plugins.names import Hook
from idetex_plugin.tasks.grounding import Affecting, Grounding, Referring
from idetex_plugin.tasks.wanted import grounding_of, tasks_of
from idetex_plugin.views.show import make_views
from idetex_plugin.words.assessment import Assessment, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.card import TASKS, Card
from idetex_plugin.words.failure import Failure, State
from idetex_plugin.words.question import Question

DECODERS = max(1, min(4, (os.cpu_count() or 1)))
Claim = Callable[[Any, str], bool]


class Assessor:
    """Assesses photos with one model on one engine, which starts when the first photo needs it.

    A source is a path, encoded bytes, a PIL image, a numpy array, a `photo.sources.Source` or `Named`, or a
    `photo.load.Photo`.

    model: a name that `idetex models` lists, a checkpoint's folder, a card's TOML file, or a `Card`.
    engine: "auto", "vllm", "server", "transformers", one of a plugin, or an `Engine` (then the caller closes it).
    tasks: any of "grounding", "perception", "description".
    questions: asked by the perception task; None for the default ones and those of plugins.
    max_pixels: a photo with more is refused instead of decoded.
    mended: what becomes of a damaged JPEG that the decoder has to mend: "fail", or "judge" (with a note).
    graphics: what becomes of text, screenshots and drawings: "judge" them, "mark" (judge, with a note) or "skip".
    hooks: the plugins that take part; None for the installed ones.
    decoders: threads that decode photos ahead of the engine, twice as many photos ahead.
    engine_options: see `engines.choose.EngineOptions`, such as url, dtype or slots.

    One stream runs at a time; a second one waits for the first. Safe to use and to close from several threads.
    Raises ValueError for an unknown model, task, question or value of an option, TypeError for an unknown option.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | Card = "nano",
        engine: str | Engine = "auto",
        tasks: Sequence[str] = TASKS,
        questions: Sequence[Question] | None = None,
        *,
        max_pixels: int = DEFAULT_MAX_PIXELS,
        mended: str = "fail",
        graphics: str = "mark",
        decoders: int = DECODERS,
        hooks: Hooks | None = None,
        **engine_options: Any,
    ) -> None:
        self.hooks = get_manager() if hooks is None else hooks
        engines = self.hooks.named(Hook.ENGINES, EngineMaker)
        if isinstance(engine, str):
            _choose("engine", engine, [AUTO, *(maker.name for maker in engines)])
        options_for(engine if isinstance(engine, str) else AUTO, **engine_options)
        self.card = model if isinstance(model, Card) else get_card(model, self.hooks.named(Hook.MODELS, Card))
        self.vocabulary = self.hooks.vocabulary()
        dialects = self.hooks.named(Hook.DIALECTS, DialectMaker)
        self.dialect: Dialect = make_dialect(self.card, self.vocabulary, dialects)
        _choose("mended", mended, MENDED)
        _choose("graphics", graphics, GRAPHICS)
        self.max_pixels, self.mended, self.graphics = max_pixels, mended, graphics
        if questions is None:
            questions = self.hooks.named(Hook.QUESTIONS, Question, types=self.dialect.types)
        self._tasks = tasks_of(self.card, self.dialect, tasks, questions)
        self._idle = idle_statuses(self.card, tasks)
        self._engine_options = engine_options
        if isinstance(engine, str):
            make = partial(make_engine, engine, self.card, known=engines, **engine_options)
            self._engine = EngineOnDemand(make, own=True)
        else:
            self._engine = EngineOnDemand(lambda: (engine, "given by the caller"), own=False)
        self._pool = ThreadPoolExecutor(decoders, thread_name_prefix="idetex-decode")
        self._ahead = 2 * decoders
        self._lock = StreamLock()
        self._stopping = threading.Event()
        self._closed = False

    @cached_property
    def fingerprint_parts(self) -> dict[str, str]:
        """What the fingerprint is made of, by name."""
        parts = fingerprint.parts(self.card, self._tasks)
        if served := self._engine_options.get("served_model"):
            parts["served model"] = str(served)
        changers = self.hooks.others(Hook.BEFORE_ASSESS)
        return {**parts, "plugins that see photos first": ", ".join(changers)} if changers else parts

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits: the same for assessments that may be compared, whatever the engine."""
        return fingerprint.combine(self.fingerprint_parts)

    def start(self) -> Engine:
        """The engine, started if it has not been. `engine_choice` then has its name and why it was chosen."""
        if not self._engine.runs:
            self._check_open()
        return self._engine.start()

    @property
    def engine_choice(self) -> tuple[str, str] | None:
        """The name of the engine that runs and why it was chosen, or None before it has started."""
        return self._engine.choice

    def assess(self, source: Any) -> Assessment:
        """Assess one photo. A photo that cannot be read gives a failed assessment; only a dead engine raises."""
        [assessment] = self.assess_many([source])
        return assessment

    def assess_many(self, sources: Iterable[Any]) -> Iterator[Assessment]:
        """Assess photos as they come, in any order, with memory that does not grow with their number."""
        for _, assessment in self.stream(enumerate(sources)):
            yield assessment

    def stream(
        self, items: Iterable[tuple[Key, Any]], *, claim: Claim | None = None
    ) -> Iterator[tuple[Key, Assessment]]:
        """Like `assess_many`, for (key, source) pairs, giving (key, assessment) pairs.

        claim: called from decoding threads with (key, sha256) of every readable photo; False drops the photo.
        """

        def prepare(item: tuple[Key, Any]) -> Awaiting[Assessment] | Ready[Assessment] | None:
            key, source = item
            case = self.examiner.prepare(source)
            sha256 = None if isinstance(case, Assessment) else case.info.sha256
            if claim is not None and sha256 and not claim(key, sha256):
                return None
            return self._asking(case)

        for key, assessment in self.stream_prepared(((key, (key, source)) for key, source in items), prepare):
            self.notify(assessment)
            yield key, assessment

    def prepare(self, source: Any) -> Awaiting[Assessment] | Ready[Assessment]:
        """What to ask about one source, for `stream_prepared`; or its assessment, where nothing can be asked."""
        return self._asking(self.examiner.prepare(source))

    def _asking(self, case: Case | Assessment) -> Awaiting[Assessment] | Ready[Assessment]:
        if isinstance(case, Assessment):
            return Ready(case)
        return Awaiting(case.requests, partial(self.examiner.conclude, case))

    def stream_prepared(
        self, items: Iterable[tuple[Key, Item]], prepare: Prepare[Item, Result]
    ) -> Iterator[tuple[Key, Result]]:
        """The stream below `stream`: (key, item) pairs prepared in decoding threads, asked, concluded; see `Stream`."""
        with self._lock:
            self._check_open()
            self._stopping.clear()
            yield from Stream(items, prepare, self.start, self._pool, ahead=self._ahead, stopping=self._stopping)

    def notify(self, assessment: Assessment) -> None:
        """Tell the plugins of an assessment; `stream` does so by itself."""
        failed = assessment.state is State.FAILED
        self.hooks.notify(AssessFailed(assessment) if failed else Assessed(assessment))

    def stop(self) -> None:
        """Make the running stream take no further photo; what is in flight still comes out."""
        self._stopping.set()

    def ask_region(self, source: Any, box: Box) -> tuple[Region, ...] | Failure:
        """What affects this region of the photo: regions clipped to the box, empty if the model says none does."""
        regions: tuple[Region, ...] | Failure = self._query(source, Affecting(self.dialect, box))
        return regions

    def locate(self, source: Any, expression: str) -> tuple[Box, ...] | Failure:
        """Where the described distortion is, such as "Noise affecting the sky". ValueError if that is empty."""
        boxes: tuple[Box, ...] | Failure = self._query(source, Referring(self.dialect, expression))
        return boxes

    def _query(self, source: Any, query: Task) -> Any:
        try:
            photo = self._load(source)
        except PhotoError as error:
            return error.failure
        views = make_views(self.card, photo.image)
        with self._lock:
            self._check_open()
            [(_, replies)] = self.start().stream([(0, query.ask(views))])
        return query.read(replies, views)

    def _load(self, source: Any) -> Photo:
        match source:
            case Source(found, name) | Named(found, name):
                photo = self._read(found, name)
            case _:
                photo = self._read(source)
        return before_assess(self.hooks, photo, self._read)

    def _read(self, source: Any, name: str | None = None) -> Photo:
        return load_photo(source, name=name, max_pixels=self.max_pixels, mended=self.mended)

    @cached_property
    def examiner(self) -> Examiner:
        """What asks this assessor's tasks about a photo, and reads the replies."""
        return Examiner(self.card, self._tasks, self.fingerprint, self._load, self._idle, self.graphics)

    def examiner_of(self, tasks: Sequence[Task]) -> Examiner:
        """The same for other tasks, on photos as they are, not as plugins leave them."""
        return Examiner(self.card, tuple(tasks), self.fingerprint, self._read)

    def close(self) -> None:
        """Stop the running stream after what is in flight, then free the engine. Idempotent."""
        self._closed = True
        self.stop()
        with self._lock.or_mine():
            self._pool.shutdown(cancel_futures=True)
            self._engine.close()

    @property
    def grounding(self) -> Grounding:
        """The task that finds all distortions of a photo, as the card wants it done."""
        return grounding_of(self.card, self.dialect)

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("this assessor is closed")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def assess(source: Any, model: str | os.PathLike[str] | Card = "nano", **options: Any) -> Assessment:
    """Assess one photo with an assessor of its own; options are those of `Assessor`. For several, make one `Assessor`.

    A photo that cannot be read gives a failed assessment. Raises ValueError for an unknown model, task or question, and
    EngineDeadError.
    """
    with Assessor(model, **options) as assessor:
        return assessor.assess(source)


def _choose(what: str, chosen: str, known: Sequence[str]) -> None:
    if chosen not in known:
        raise ValueError(f"{what} {chosen!r}: choose from {', '.join(known)}")
