"""`idetex tune`: how small may a photo's file be?"""

from __future__ import annotations

import json
import os
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
from idetex_plugin.cli.outputs import is_stdout
from idetex_plugin.cli.printing import printable, say, to_terminal
from idetex_plugin.cli.tune_outputs import ALL, check_outputs, codec_asked, draw, drawing_at, write_best
from idetex_plugin.words.extras import require

if TYPE_CHECKING:
    from idetex_plugin.gating.tune import Trial, Tuned


def command(
    photo: Annotated[Path, typer.Argument(help="The photo to encode.")],
    codec: Annotated[
        str, typer.Option(help="jpeg, webp, avif, jxl, png-palette, or all; by default what --out tells, or all.")
    ] = "",
    policy: Annotated[str, typer.Option(help="web, thumbnail, archive, print, or a TOML file.")] = "web",
    out: Annotated[
        Path | None, typer.Option(help="Write the smallest file that passes; - to print it.", show_default=False)
    ] = None,
    max_bytes: Annotated[
        int | None, typer.Option(min=1, help="The best file of at most so many bytes.", show_default=False)
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw the curves: a PNG, or what the suffix says.", show_default=False)
    ] = None,
    tolerance: Annotated[int, typer.Option(min=1, help="Steps of the dial that do not matter.")] = 2,
    jobs: Annotated[int, typer.Option(min=1, help="Files encoded at a time.")] = 1,
    model: Model = "nano",
    engine: EngineName = "auto",
    url: Url = None,
    dtype: Dtype = "auto",
    slots: Slots = None,
    served_model: ServedModel = "",
    timeout: RequestTimeout = None,
    wait_for_server: WaitForServer = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the curves as JSON.")] = False,
) -> None:
    """Find the smallest file whose verdict passes. Exits with 1 if not even the best setting passes."""
    from idetex_plugin.assessing.ensemble import ensemble_or_one
    from idetex_plugin.cli.engine_faults import engine_faults
    from idetex_plugin.gating.check import Gate
    from idetex_plugin.gating.policies import policy_named
    from idetex_plugin.gating.tune import tune_all

    options = engine_options(
        url=url, dtype=dtype, slots=slots, served_model=served_model, timeout=timeout, wait_for_server=wait_for_server
    )
    try:
        wanted = codec_asked(codec, out)
        check_outputs(photo, out, plot, wanted, as_json, policy)
    except ValueError as error:
        stop(error)
    printed = is_stdout(out)
    if printed and to_terminal():
        stop("--out -: a photo is nothing for a terminal: lead it into a file or a pipe")
    if plot is not None:
        require("eval", "--plot", "matplotlib")
    try:
        with ensemble_or_one(model, engine, **options) as assessor, engine_faults([assessor]):
            gate = Gate(policy_named(policy, assessor.vocabulary), assessor)
            names = [] if wanted == ALL else [wanted]
            size = photo.stat().st_size if os.path.isfile(photo) else 0
            found = tune_all(photo, gate, names, tolerance=tolerance, max_bytes=max_bytes, jobs=jobs)
    except (ImportError, OSError, ValueError) as error:
        stop(error)
    try:
        if plot is not None:
            draw(found, drawing_at(plot))
        file = None if out is None else write_best(found[0], out)
    except BrokenPipeError:
        raise
    except OSError as error:
        stop(f"{error.filename or out or plot} cannot be written: {error.strerror or error}", Exit.STORAGE)
    if as_json:
        told = [_told(tuned) for tuned in found]
        typer.echo(json.dumps({**told[0], "codecs": told} if wanted == ALL else told[0]))
    else:
        for tuned in found:
            _print(tuned, err=printed)
        _print_table(found, photo.name, size, err=printed)
        if file is not None:
            say(f"written to {file}")
    if found[0].best is None:
        names = [tuned.codec for tuned in found]
        within = "" if max_bytes is None else f" within {max_bytes:,} bytes"
        stop(f"no {' or '.join(names)} of {photo} passes the policy {policy}{within}", Exit.JUDGED)


def _print(tuned: Tuned, *, err: bool) -> None:
    from idetex_plugin.gating.codecs import CODECS

    dial = f"{tuned.codec} {CODECS[tuned.codec].dial}"
    typer.echo(f"{dial:>19}  {'bytes':>10}  {'verdict':<7}  similarity  decided by", err=err)
    for trial in tuned.curve:
        typer.echo(
            f"{trial.setting:>19}  {len(trial.data):>10,}  {trial.verdict.outcome:<7}  {_similar(trial):>10}  "
            f"{trial.verdict.decided_by}",
            err=err,
        )


def _print_table(found: list[Tuned], name: str, size: int, *, err: bool) -> None:
    """The best of every codec, the smallest first. name, size: of the photo, in bytes."""
    name = printable(name)
    typer.echo(f"\n{'codec':<12}  setting  {'bytes':>10}  of {name}  similarity", err=err)
    for tuned in found:
        if tuned.best is None:
            last = tuned.curve[-1].verdict
            say(f"{tuned.codec:<12}  none passes: {'; '.join(last.reasons) or last.outcome}", err=err)
            continue
        length = len(tuned.best.data)
        share = f"{length / size:.0%}"
        typer.echo(
            f"{tuned.codec:<12}  {tuned.best.setting:>7}  {length:>10,}  {share:>{3 + len(name)}}  "
            f"{_similar(tuned.best):>10}",
            err=err,
        )


def _similar(trial: Trial) -> str:
    return "-" if trial.verdict.similarity is None else f"{trial.verdict.similarity:.1f}"


def _told(tuned: Tuned) -> dict[str, object]:
    best = tuned.best and _plain(tuned.best)
    return {"codec": tuned.codec, "best": best, "curve": [_plain(trial) for trial in tuned.curve]}


def _plain(trial: Trial) -> dict[str, object]:
    return {"setting": trial.setting, "bytes": len(trial.data), **trial.verdict.model_dump(mode="json")}
