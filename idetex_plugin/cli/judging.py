"""A command's pairs judged under a progress meter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from idetex_plugin.cli.read_ahead import ReadAhead
    from idetex_plugin.gating.pairs import Pair
    from idetex_plugin.pipeline.pipeline import Pipeline
    from idetex_plugin.words.verdict import Verdict


def judge(
    pipeline: Pipeline, pairs: ReadAhead[Pair], told: Callable[[str, Verdict, Pair], None], *, shows: bool
) -> list[tuple[str, Verdict]]:
    """Names and verdicts in the order of the pairs. Raises EngineDeadError, and what finding the pairs raises.

    told: called with each as it is known, in any order. shows: whether progress is shown on stderr.
    """
    from rich.console import Console

    from idetex_plugin.cli.progress import Labels, meter
    from idetex_plugin.words.verdict import Outcome, Verdict

    pairs.peek()
    words = Labels("pairs", "judging", "not passed")
    found: list[tuple[int, str, Verdict]] = []
    with meter(pairs, Console(stderr=True), words) if shows else nullcontext() as shown:

        def note(number: int, pair: Pair, verdict: Verdict) -> None:
            found.append((number, pair.title, verdict))
            if shown is not None:
                shown.step(failed=verdict.outcome is not Outcome.PASS)
            told(pair.title, verdict, pair)

        def comparable() -> Iterator[tuple[tuple[int, Pair], Pair]]:
            for number, pair in enumerate(pairs):
                if pair.problem:
                    note(number, pair, Verdict.undecided(pair.problem))
                else:
                    yield (number, pair), pair

        for (number, pair), verdict in pipeline.stream(comparable()):
            note(number, pair, verdict)
    return [(name, verdict) for _, name, verdict in sorted(found, key=itemgetter(0))]
