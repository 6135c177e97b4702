"""`idetex assess`: photographs in, a run folder with a report out."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
from idetex_plugin.cli.printing import say
from idetex_plugin.words.counted import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from idetex_plugin.assessing.assessor import Assessor
    from idetex_plugin.cli.read_ahead import ReadAhead
    from idetex_plugin.photo.sources import PassedOver, Source
    from idetex_plugin.runs.limits import FailLimit
    from idetex_plugin.runs.shards import Shard
    from idetex_plugin.runs.store import Run


def command(
    paths: Annotated[
        list[str], typer.Argument(help="Photos, folders (searched to any depth) and quoted globs.", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="The run folder. If it holds a run, that is continued.")] = Path("run"),
    model: Model = "nano",
    engine: EngineName = "auto",
    url: Url = None,
    dtype: Dtype = "auto",
    slots: Slots = None,
    served_model: ServedModel = "",
    timeout: RequestTimeout = None,
    wait_for_server: WaitForServer = None,
    tasks: Annotated[
        str, typer.Option(help="What to ask, separated by commas.")
    ] = "grounding,perception,description",
    questions: Annotated[
        Path | None, typer.Option(help="A TOML file with your own questions.", exists=True, dir_okay=False)
    ] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Assess the run's failed photos again.")] = False,
    fail_on: Annotated[
        str, typer.Option(help="Stop and exit with 1 when so many photos fail: a count (5), a share (10%) or never.")
    ] = "100%",
    root: Annotated[
        Path | None,
        typer.Option(
            help="Where the photos of the run are now, if their folder was moved.", show_default=False, file_okay=False
        ),
    ] = None,
    shard: Annotated[
        str, typer.Option(metavar="K/N", help="Only the K-th of N parts of the photos.", show_default=False)
    ] = "",
    max_pixels: Annotated[
        int | None, typer.Option(help="Refuse photos with more pixels than this.", min=1, show_default=False)
    ] = None,
    mended: Annotated[
        str, typer.Option(help="Damaged JPEGs that the decoder has to mend: fail, or judge (with a note).")
    ] = "fail",
    graphics: Annotated[
        str, typer.Option(help="Pictures that are no photographs (text, screenshots, drawings): judge, mark or skip.")
    ] = "mark",
    report: Annotated[bool, typer.Option(help="Write the report page at the end.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Assess photographs into a run folder.

    Every photo gets one row, written as soon as it is known. The same command continues a run that was stopped, and
    never assesses the same content twice. Exit codes: 0 done, 1 more failures than --fail-on allows, 2 wrong use,
    3 the engine could not start or died or the server cannot be used, 4 the run folder cannot be written, 130 stopped
    by Ctrl-C (once: after what is in flight; twice: at once).
    """
    import json

    from rich.console import Console

    from idetex_plugin.cli.keeping import code_of, faults_in_words, open_run, root_of
    from idetex_plugin.cli.read_ahead import ReadAhead
    from idetex_plugin.cli.report import write_run_report
    from idetex_plugin.cli.summary import print_summary, summary_json
    from idetex_plugin.photo.sources import PassedOver
    from idetex_plugin.runs.limits import FailLimit
    from idetex_plugin.runs.schema import RunError
    from idetex_plugin.runs.shards import Shard
    from idetex_plugin.runs.summary import summarise

    errors = Console(stderr=True)
    try:
        limit = FailLimit.parse(fail_on)
        part = Shard.parse(shard)
        options = engine_options(
            url=url, dtype=dtype, slots=slots, served_model=served_model, timeout=timeout,
            wait_for_server=wait_for_server,
        )  # fmt: skip
        options |= {"mended": mended, "graphics": graphics}
        chosen = _assessor(model, engine, tasks, questions, max_pixels, options)
        passed = PassedOver()
        sources = ReadAhead(_sources(paths, out, passed, part, root_of(out, paths, root)))
        if not sources.peek() and part.count == 1:
            stop(f"no photos found in {', '.join(paths)}" + (f" ({passed})" if str(passed) else ""))
        run = open_run(out, chosen, paths, root)
    except RunError as error:
        stop(error, code_of(error))
    except ValueError as error:
        stop(error)
    with faults_in_words(), chosen as assessor, run:
        signal = _work(run, assessor, sources, retry_failed, limit, errors)
        summary = summarise(run)
        page = None
        if report and signal is None:
            with errors.status("Writing the report"):
                page = write_run_report(run)
        if as_json:
            not_given = {"passed_over": dict(passed.kinds), "repeated": passed.repeated}
            typer.echo(json.dumps(summary_json(summary) | not_given | {"report": str(page) if page else None}))
        else:
            print_summary(summary, Console())
            for line in _closing(run, assessor, page, passed):
                say(line)
    if signal is not None:
        typer.echo("Stopped; the same command continues.", err=True)
        raise typer.Exit(128 + signal)
    if limit.reached(summary.failed, summary.total):
        stop(f"{summary.failed} of {counted(summary.total, 'photo')} failed (--fail-on {fail_on})", Exit.JUDGED)


def _assessor(
    model: str, engine: str, tasks: str, questions: Path | None, max_pixels: int | None, options: dict[str, Any]
) -> Assessor:
    from idetex_plugin.assessing.ensemble import ensemble_or_one
    from idetex_plugin.photo.load import DEFAULT_MAX_PIXELS
    from idetex_plugin.tasks.question_files import read_questions

    return ensemble_or_one(
        model,
        engine,
        [name.strip() for name in tasks.split(",") if name.strip()],
        None if questions is None else read_questions(questions),
        max_pixels=DEFAULT_MAX_PIXELS if max_pixels is None else max_pixels,
        **options,
    )


def _sources(paths: list[str], out: Path, passed: PassedOver, part: Shard, root: Path) -> Iterator[Source]:
    """The photos of these paths, without what the run folder holds (thumbnails of an earlier report).

    Raises ValueError for a path that is neither there nor, by its name, a photo that has gone."""
    from idetex_plugin.photo.sources import find_photos, names_nothing
    from idetex_plugin.words.record import FaultsError

    if absent := [path for path in paths if names_nothing(path)]:
        raise FaultsError(*(f"{path}: there is no such file or folder" for path in absent))
    return part.of(find_photos(paths, passed=passed, without=out), root)


def _work(
    run: Run, assessor: Assessor, sources: ReadAhead[Source], retry_failed: bool, limit: FailLimit, errors: Console
) -> int | None:
    """Do the work under a progress meter. Returns the signal that stopped it, or None."""
    from idetex_plugin.cli.interrupt import on_interrupt
    from idetex_plugin.cli.keeping import FailWatch, warnings_to
    from idetex_plugin.cli.progress import meter
    from idetex_plugin.engines.base import EngineDeadError
    from idetex_plugin.runs.schema import RunError
    from idetex_plugin.runs.work import Handling, PhotoDone, Work
    from idetex_plugin.words.failure import State

    expected = (EngineDeadError, ImportError, OSError, ValueError)

    with meter(sources, errors) as shown, warnings_to(shown.say):

        def too_many(failed: int) -> None:
            shown.say(f"Stopping after the photos in flight: {failed} have failed.")
            assessor.stop()

        def step(done: PhotoDone) -> None:
            shown.step(failed=done.state is State.FAILED, kept=done.outcome is Handling.KEPT)
            watch.step(done)

        watch = FailWatch(limit, sources, too_many)

        def stop_taking() -> None:
            shown.say("Stopping after the photos in flight. Ctrl-C again stops at once.")
            assessor.stop()

        with on_interrupt(stop_taking) as interrupts:
            try:
                Work(run, assessor, retry_failed=retry_failed, on_step=step).do(sources)
            except KeyboardInterrupt:
                return interrupts.received
            except RunError:
                raise
            except Exception as error:
                if not isinstance(error, expected):
                    errors.print_exception()
                stop(error, Exit.ENGINE, "What was finished is kept; the same command continues.")
    return interrupts.received


def _closing(run: Run, assessor: Assessor, page: Path | None, passed: PassedOver) -> Iterator[str]:
    if str(passed):
        yield f"Passed over: {passed}"
    engine = assessor.engine_choice
    yield f"Model {assessor.card.name}" + (f", engine {engine[0]} ({engine[1]})" if engine else ", nothing new to ask")
    yield f"Rows: {run.folder} (idetex export {shlex.quote(str(run.folder))})"
    if page is not None:
        yield f"Report: {page}"
