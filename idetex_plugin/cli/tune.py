"""`idetex tune`: how small may a photo's file be?"""

from __future__ import annotations

import json
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
from idetex_plugin.cli.printing import printable, say
from idetex_plugin.words.extras import require

if TYPE_CHECKING:
    from idetex_plugin.gating.tune import Trial, Tuned

ALL = "all"


def command(
    photo: Annotated[Path, typer.Argument(help="The photo to encode.")],
    codec: Annotated[
        str, typer.Option(help="jpeg, webp, avif, jxl, png-palette, or all; by default what --out tells, or all.")
    ] = "",
    policy: Annotated[str, typer.Option(help="web, thumbnail, archive, print, or a TOML file.")] = "web",
    out: Annotated[Path | None, typer.Option(help="Write the smallest file that passes.", show_default=False)] = None,
    max_bytes: Annotated[
        int | None, typer.Option(min=1, help="The best file of at most so many bytes.", show_default=False)
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the curves as PNG or SVG.", show_default=False)] = None,
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
        wanted = _codec(codec, out)
        _refuse_places(photo, out, plot, wanted)
    except ValueError as error:
        stop(str(error))
    if plot is not None:
        require("eval", "--plot", "matplotlib")
    try:
        with ensemble_or_one(model, engine, **options) as assessor, engine_faults([assessor]):
            gate = Gate(policy_named(policy, assessor.vocabulary), assessor)
            names = [] if wanted == ALL else [wanted]
            found = tune_all(photo, gate, names, tolerance=tolerance, max_bytes=max_bytes, jobs=jobs)
    except (ImportError, OSError, ValueError) as error:
        stop(str(error))
    try:
        if plot is not None:
            _draw(found, plot)
        written = None if out is None else _write(found[0], out)
    except ValueError as error:
        stop(str(error))
    except OSError as error:
        stop(f"{error.filename or out or plot} cannot be written: {error.strerror or error}", Exit.STORAGE)
    if as_json:
        told = [_told(tuned) for tuned in found]
        typer.echo(json.dumps({**told[0], "codecs": told} if wanted == ALL else told[0]))
    else:
        for tuned in found:
            _print(tuned)
        _print_table(found, photo)
        if written is not None:
            say(f"written to {written}")
    if found[0].best is None:
        names = [tuned.codec for tuned in found]
        within = "" if max_bytes is None else f" within {max_bytes:,} bytes"
        stop(f"no {' or '.join(names)} of {photo} passes the policy {policy}{within}", Exit.JUDGED)


def _codec(codec: str, out: Path | None) -> str:
    """The codec that is asked for, or that the file's suffix tells, or all. Raises ValueError where both differ."""
    from idetex_plugin.gating.codecs import CODECS

    suffix = "" if out is None else out.suffix.lower()
    if not suffix or (out is not None and out.is_dir()):
        return codec or ALL
    told = next((name for name, each in CODECS.items() if suffix in each.suffixes), None)
    if told is None:
        known = ", ".join(each for codec in CODECS.values() for each in codec.suffixes)
        raise ValueError(f"--out {out}: no codec writes {suffix}: choose from {known}, or leave the suffix out")
    if codec == ALL:
        raise ValueError(f"--out {out}: {suffix} is one codec and --codec {ALL} any: leave one of both out")
    if codec in CODECS and codec != told:
        raise ValueError(f"--out {out}: {suffix} is not {codec}: leave out the suffix, or --codec")
    return codec or told


def _refuse_places(photo: Path, out: Path | None, plot: Path | None, codec: str) -> None:
    """Raises ValueError where a folder is, or where something would be written over the photo."""
    from idetex_plugin.gating.codecs import CODECS, SMALLEST

    codecs = SMALLEST if codec == ALL else [codec] if codec in CODECS else []
    outs = [] if out is None else [_with_suffix(out, each) for each in codecs]
    for option, given, paths in (("--out", out, outs), ("--plot", plot, [plot] if plot else [])):
        if given is None:
            continue
        if given.is_dir():
            raise ValueError(f"{option} {given}: a folder: name a file in it")
        for path in paths:
            if path.exists() and photo.exists() and path.samefile(photo):
                raise ValueError(f"{option} {given}: the photo itself could be written over: name another file")
    if plot is not None and any(path.resolve() == plot.resolve() for path in outs):
        raise ValueError(f"--out and --plot are both {plot}: name two files")


def _with_suffix(out: Path, codec: str) -> Path:
    """The file to write: without a suffix it gets the codec's."""
    from idetex_plugin.gating.codecs import CODECS

    return out if out.suffix else out.with_suffix(CODECS[codec].suffixes[0])


def _write(tuned: Tuned, out: Path) -> Path | None:
    """The file that was written; folders above it are made."""
    from idetex_plugin.words.whole_file import whole_file

    if tuned.best is None:
        return None
    path = _with_suffix(out, tuned.codec)
    with whole_file(path) as file:
        file.write(tuned.best.data)
    return path


def _print(tuned: Tuned) -> None:
    from idetex_plugin.gating.codecs import CODECS

    dial = f"{tuned.codec} {CODECS[tuned.codec].dial}"
    typer.echo(f"{dial:>19}  {'bytes':>10}  {'verdict':<7}  similarity  decided by")
    for trial in tuned.curve:
        typer.echo(
            f"{trial.setting:>19}  {len(trial.data):>10,}  {trial.verdict.outcome:<7}  {_similar(trial):>10}  "
            f"{trial.verdict.decided_by}"
        )


def _print_table(found: list[Tuned], photo: Path) -> None:
    """The best of every codec, the smallest first."""
    size, name = photo.stat().st_size, printable(photo.name)
    typer.echo(f"\n{'codec':<12}  setting  {'bytes':>10}  of {name}  similarity")
    for tuned in found:
        if tuned.best is None:
            last = tuned.curve[-1].verdict
            say(f"{tuned.codec:<12}  none passes: {'; '.join(last.reasons) or last.outcome}")
            continue
        length = len(tuned.best.data)
        share = f"{length / size:.0%}"
        typer.echo(
            f"{tuned.codec:<12}  {tuned.best.setting:>7}  {length:>10,}  {share:>{3 + len(name)}}  "
            f"{_similar(tuned.best):>10}"
        )


def _similar(trial: Trial) -> str:
    return "-" if trial.verdict.similarity is None else f"{trial.verdict.similarity:.1f}"


def _told(tuned: Tuned) -> dict[str, object]:
    best = tuned.best and _plain(tuned.best)
    return {"codec": tuned.codec, "best": best, "curve": [_plain(trial) for trial in tuned.curve]}


def _plain(trial: Trial) -> dict[str, object]:
    return {"setting": trial.setting, "bytes": len(trial.data), **trial.verdict.model_dump(mode="json")}


def _draw(found: list[Tuned], path: Path) -> None:
    from matplotlib.figure import Figure

    from idetex_plugin.words.verdict import Outcome

    colours = {Outcome.PASS: "#2e7d32", Outcome.REVIEW: "#f9a825", Outcome.REJECT: "#c62828"}
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    for tuned in found:
        curve = tuned.curve
        axes.plot([t.setting for t in curve], [len(t.data) / 1024 for t in curve], zorder=1, label=tuned.codec)
    for outcome, colour in colours.items():
        mine = [trial for tuned in found for trial in tuned.curve if trial.verdict.outcome is outcome]
        sizes = [len(trial.data) / 1024 for trial in mine]
        axes.scatter([trial.setting for trial in mine], sizes, color=colour, label=str(outcome), zorder=2)
    axes.set(xlabel="setting", ylabel="KiB")
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
