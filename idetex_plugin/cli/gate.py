"""`idetex gate`: may these photos ship?"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from idetex_plugin.cli.engine_options import (
    Dtype,
    EngineName,
    Model,
    RequestTimeout,
    ServedModel,
    Slots,
    Url,
    WaitForServer,
    engine_options,
)
from idetex_plugin.cli.exits import Exit, stop
from idetex_plugin.cli.outputs import check_places, printed_one, write_texts, written
from idetex_plugin.cli.printing import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from idetex_plugin.gating.pairs import Pair
    from idetex_plugin.words.verdict import Verdict


MOST_JOBS = 8
AHEAD = 256
"""Pairs found ahead of those that are judged; of a git range they hold the photos themselves."""


class FailOn(StrEnum):
    """The mildest outcome that makes the command exit with 1."""

    REVIEW = "review"
    REJECT = "reject"


def command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[ORIGINAL] COMPRESSED", help="Two files, two folders, or photos without originals."),
    ] = None,
    changed_in: Annotated[
        str, typer.Option(help="Photos changed in this git range, each beside what it was.", metavar="GIT_RANGE")
    ] = "",
    staged: Annotated[bool, typer.Option("--staged", help="Photos staged in git, each beside what it was.")] = False,
    policy: Annotated[str, typer.Option(help="web, thumbnail, archive, print, or a TOML file.")] = "web",
    fail_on: Annotated[FailOn, typer.Option(help="The mildest outcome that exits with 1.")] = FailOn.REVIEW,
    model: Model = "nano",
    engine: EngineName = "auto",
    url: Url = None,
    dtype: Dtype = "auto",
    slots: Slots = None,
    served_model: ServedModel = "",
    timeout: RequestTimeout = None,
    wait_for_server: WaitForServer = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Processes that compare pairs.  [default: one a core, 8 at most]", show_default=False),
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the verdicts as JSON; - to print.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the verdicts as JUnit XML; - to print.")] = None,
    sarif: Annotated[Path | None, typer.Option(help="Write what was found as SARIF; - to print.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page with both photos of what does not pass.")] = None,
) -> None:
    """Judge photos, with an original by what was added to it. Exits with 0 if all pass, with 1 if one does not.

    Many pairs are compared in several processes, while the model looks at what that leaves in doubt.
    """
    from idetex_plugin.assessing.assessor import DECODERS
    from idetex_plugin.assessing.ensemble import ensemble_or_one
    from idetex_plugin.cli.engine_faults import engine_faults
    from idetex_plugin.cli.judging import judge
    from idetex_plugin.cli.read_ahead import ReadAhead
    from idetex_plugin.gating.compare import compare
    from idetex_plugin.gating.outputs import as_json, as_junit, as_sarif
    from idetex_plugin.gating.workers import GateWorkers
    from idetex_plugin.pipeline.pipeline import Pipeline
    from idetex_plugin.report.comparison import Compared, write_comparison
    from idetex_plugin.words.verdict import Outcome

    shown: list[Compared] = []
    files = {"--json": json_file, "--junit": junit, "--sarif": sarif}
    printed = printed_one(files, {"--html": html})
    check_places({**files, "--html": html}, [*(paths or []), Path(policy)])

    def told(name: str, verdict: Verdict, pair: Pair) -> None:
        if html is not None and verdict.outcome is not Outcome.PASS:
            shown.append(Compared(name, verdict, pair.original, pair.compressed))
        if not printed:
            _print(name, verdict)

    options = engine_options(
        url=url, dtype=dtype, slots=slots, served_model=served_model, timeout=timeout, wait_for_server=wait_for_server
    )
    several = not (paths and os.path.isfile(paths[-1]))
    count = (jobs or min(MOST_JOBS, os.cpu_count() or 1)) if several else 1
    try:
        with (
            GateWorkers(count) as workers,
            ensemble_or_one(model, engine, decoders=max(DECODERS, count + 1), **options) as assessor,
            engine_faults([assessor]),
        ):
            comparer = workers if count > 1 else compare
            pipeline = Pipeline("idetex gate", policy=policy, assessor=assessor, comparer=comparer)
            rules = pipeline.policy
            judged = judge(pipeline, ReadAhead(_pairs(paths or [], changed_in, staged), AHEAD), told, shows=several)
        texts = {
            "--json": as_json(judged, rules.name),
            "--junit": as_junit(judged, rules.name, list(Outcome)[_least(fail_on) :]),
            "--sarif": as_sarif(judged, rules.name, assessor.vocabulary),
        }
    except BrokenPipeError:
        raise
    except (ImportError, OSError, ValueError) as error:
        stop(error)
    write_texts(texts, files)
    if html is not None:
        with written(html):
            write_comparison(shown, html)
    worst = max((verdict.outcome.rank for _, verdict in judged), default=0)
    if worst >= _least(fail_on):
        raise typer.Exit(Exit.JUDGED)


def _least(fail_on: FailOn) -> int:
    """The rank of the mildest outcome that fails."""
    return list(FailOn).index(fail_on) + 1


def _pairs(paths: list[Path], changed: str, staged: bool) -> Iterator[Pair]:
    from idetex_plugin.gating.changes import STAGED, changed_in
    from idetex_plugin.gating.pairs import pairs_of

    if bool(paths) + bool(changed) + staged != 1:
        raise ValueError("give photos, --changed-in or --staged, and one of them only")
    if len(paths) > 2:
        raise ValueError(f"{len(paths)} paths: give ORIGINAL and COMPRESSED, or COMPRESSED alone")
    if not paths:
        yield from changed_in(STAGED if staged else changed)
        return
    found = False
    for pair in pairs_of(paths[0] if len(paths) == 2 else None, paths[-1]):
        found = True
        yield pair
    if not found:
        raise ValueError(f"no photos found in {paths[-1]}")


def _print(name: str, verdict: Verdict) -> None:
    from idetex_plugin.words.verdict import UNREADABLE

    decided = "could not be judged" if verdict.decided_by == UNREADABLE else f"decided by {verdict.decided_by}"
    say(f"{verdict.outcome:<6} {name} ({decided})")
    notes = verdict.photo.notes if verdict.photo else ()
    remedies = [f"remedy: {remedy.advice}" for remedy in verdict.remedies]
    for words in (*verdict.reasons, *remedies, *(f"note: {note}" for note in notes)):
        say(f"       {words}")
