"""The smallest file of a photo whose verdict passes, by bisection over the encoder's dial; or the best within a size.

It takes for granted that a better setting never has a worse verdict, nor a smaller file; where that fails, what is
found still passes, but a smaller file that passes, too, may be missed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PIL import Image

from idetex_plugin.gating.check import Gate
from idetex_plugin.gating.codecs import CODECS, SMALLEST, Codec, codec_named
from idetex_plugin.gating.master import Master, read_master
from idetex_plugin.gating.pairs import Pair
from idetex_plugin.words.verdict import Outcome, Verdict

OnTrial = Callable[["Trial"], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """One file that was tried: the dial's setting, the file's bytes and its verdict."""

    setting: int
    data: bytes
    verdict: Verdict

    @property
    def passes(self) -> bool:
        """Whether it may ship."""
        return self.verdict.outcome is Outcome.PASS


@dataclass(frozen=True, slots=True)
class Tuned:
    """best: the file that was looked for, None if none passes. trials: in the order tried."""

    codec: str
    best: Trial | None
    trials: tuple[Trial, ...]

    @property
    def curve(self) -> tuple[Trial, ...]:
        """The trials from the worst setting to the best."""
        return tuple(sorted(self.trials, key=lambda trial: trial.setting))


def tune(
    photo: Any,
    codec: str,
    gate: Gate,
    on_trial: OnTrial = lambda _: None,
    tolerance: int = 1,
    max_bytes: int | None = None,
) -> Tuned:
    """Encode a photo at up to 2 + log2((best - worst) / tolerance) settings and judge each beside the photo.

    The best is the smallest file that passes; with `max_bytes` it is the file of the highest setting within them, if
    that passes.

    photo: a path, encoded bytes, an open binary file, a PIL image or a numpy array, which is read once. Transparency is
    kept, or laid on the policy's background by a codec that has none. Pixels are sRGB; where the policy keeps profiles
    (`strip_profile = false`), they are the photo's own numbers with its profile.

    codec: of `codecs.CODECS`. on_trial: told of every file. tolerance: steps of the dial that do not matter. Raises
    PhotoError, ValueError for a codec that is unknown, not installed or cannot hold the photo (see
    `master.Master.refusal`), or for a photo of which no file could pass (see `read_master`), EngineDeadError.
    """
    chosen = codec_named(codec)
    master = read_master(photo, gate.policy, gate.assessor.max_pixels)
    return _tuned(master, [chosen], gate, lambda _, trial: on_trial(trial), tolerance, max_bytes, 1)[0]


def tune_all(
    photo: Any,
    gate: Gate,
    codecs: Sequence[str] = (),
    on_trial: Callable[[str, Trial], None] = lambda *_: None,
    tolerance: int = 1,
    max_bytes: int | None = None,
    jobs: int = 1,
) -> list[Tuned]:
    """The same over several codecs, those that pass first, the smallest of them first.

    codecs: by default JPEG, WebP, AVIF and JPEG XL, as far as they are installed and can hold the photo. on_trial: told
    of the codec's name and the trial. jobs: files encoded at a time.
    """
    chosen = [codec_named(name) for name in codecs]
    master = read_master(photo, gate.policy, gate.assessor.max_pixels)
    if not chosen:
        there = [CODECS[name] for name in SMALLEST if CODECS[name].is_installed]
        chosen = [codec for codec in there if not master.refusal(codec)] or there
    found = _tuned(master, chosen, gate, on_trial, tolerance, max_bytes, jobs)
    return sorted(found, key=lambda each: (each.best is None, len(each.best.data) if each.best else 0))


Made = tuple[int, bytes]
Search = Generator[Made, Trial, Trial | None]


def _tuned(
    master: Master,
    codecs: Sequence[Codec],
    gate: Gate,
    on_trial: Callable[[str, Trial], None],
    tolerance: int,
    max_bytes: int | None,
    jobs: int,
) -> list[Tuned]:
    """All searches side by side: each makes its next file, then the gate judges them beside the photo in one stream."""
    # Pillow keeps the options of a file on the image that it encodes, so that each search needs one of its own.
    photos = {codec.name: master.held_by(codec) for codec in codecs}
    searches = {codec.name: _search(photos[codec.name], codec, tolerance, max_bytes) for codec in codecs}
    trials: dict[str, list[Trial]] = {name: [] for name in searches}
    best: dict[str, Trial | None] = {}
    with ThreadPoolExecutor(max(1, min(jobs, len(codecs)))) as pool:
        under_way = {name: pool.submit(_step, search, None) for name, search in searches.items()}
        while under_way:
            made: dict[str, Made] = {}
            for name, future in under_way.items():
                step = future.result()
                if isinstance(step, tuple):
                    made[name] = step
                else:
                    best[name] = step
            pairs = ((name, Pair(None, master.side, data, name)) for name, (_, data) in made.items())
            under_way = {}
            for name, verdict in gate.stream(pairs):
                trial = Trial(*made[name], verdict)
                trials[name].append(trial)
                on_trial(name, trial)
                under_way[name] = pool.submit(_step, searches[name], trial)
    return [Tuned(name, best[name], tuple(trials[name])) for name in searches]


def _step(search: Search, trial: Trial | None) -> Made | Trial | None:
    """The next file that a search wants judged, or what it found."""
    try:
        return next(search) if trial is None else search.send(trial)
    except StopIteration as end:
        found: Trial | None = end.value
        return found


def _search(photo: Image.Image, codec: Codec, tolerance: int, max_bytes: int | None) -> Search:
    """Gives settings with their files, takes the trials, and returns the best."""
    if max_bytes is not None:
        return (yield from _within(max_bytes, photo, codec, tolerance))
    trials: list[Trial] = []

    def judged(setting: int) -> Generator[Made, Trial, bool]:
        trials.append((yield setting, codec.encode(photo, setting)))
        return trials[-1].passes

    low, high = codec.worst, codec.best
    if (yield from judged(high)) and not (yield from judged(low)):
        while high - low > max(tolerance, 1):
            middle = (low + high) // 2
            low, high = (low, middle) if (yield from judged(middle)) else (middle, high)
    return min((trial for trial in trials if trial.passes), key=lambda trial: len(trial.data), default=None)


def _within(max_bytes: int, photo: Image.Image, codec: Codec, tolerance: int) -> Search:
    """The file of the highest setting within a size is judged; on the way to it, files are only made."""
    low, high = codec.worst, codec.best
    if len(codec.encode(photo, high)) <= max_bytes:
        low = high
    elif len(codec.encode(photo, low)) > max_bytes:
        yield low, codec.encode(photo, low)
        return None
    while high - low > max(tolerance, 1):
        middle = (low + high) // 2
        low, high = (middle, high) if len(codec.encode(photo, middle)) <= max_bytes else (low, middle)
    trial = yield low, codec.encode(photo, low)
    return trial if trial.passes else None
