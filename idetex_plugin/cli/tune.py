"""`idetex tune`: how small may a photo's file be?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from idetex_plugin.cli.exits import Exit, stop
from idetex_plugin.words.extras import require

if TYPE_CHECKING:
    from idetex_plugin.gating.tune import Trial, Tuned


def command(
    photo: Annotated[Path, typer.Argument(help="The photo to encode.")],
    codec: Annotated[str, typer.Option(help="jpeg, webp, avif or png-palette.")] = "jpeg",
    policy: Annotated[str, typer.Option(help="web, thumbnail, archive, print, or a TOML file.")] = "web",
    out: Annotated[Path | None, typer.Option(help="Write the smallest file that passes.", show_default=False)] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the curve as PNG or SVG.", show_default=False)] = None,
    tolerance: Annotated[int, typer.Option(min=1, help="Steps of the dial that do not matter.")] = 2,
    model: Annotated[str, typer.Option(help="As of `idetex assess`.")] = "nano",
    engine: Annotated[str, typer.Option(help="As of `idetex assess`.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print the curve as JSON.")] = False,
) -> None:
    """Find the smallest file whose verdict passes. Exits with 1 if not even the best setting passes."""
    from idetex_plugin.assessing.assessor import Assessor
    from idetex_plugin.engines.base import EngineDeadError
    from idetex_plugin.gating.check import Gate
    from idetex_plugin.gating.policies import policy_named
    from idetex_plugin.gating.tune import tune

    if plot is not None:
        require("eval", "--plot", "matplotlib")
    try:
        with Assessor(model, engine) as assessor:
            gate = Gate(policy_named(policy, assessor.vocabulary), assessor)
            tuned = tune(photo, codec, gate, tolerance=tolerance)
        if plot is not None:
            _draw(tuned, plot)
        if out is not None and tuned.best is not None:
            out.write_bytes(tuned.best.data)
    except EngineDeadError as error:
        stop(str(error), Exit.ENGINE)
    except (ImportError, OSError, ValueError) as error:
        stop(str(error))
    if as_json:
        curve = [_plain(trial) for trial in tuned.curve]
        typer.echo(json.dumps({"codec": codec, "best": tuned.best and _plain(tuned.best), "curve": curve}))
    else:
        _print(tuned, photo)
    if tuned.best is None:
        stop(f"no {codec} of {photo} passes the policy {policy}", Exit.JUDGED)


def _print(tuned: Tuned, photo: Path) -> None:
    from idetex_plugin.gating.codecs import CODECS

    typer.echo(f"{CODECS[tuned.codec].dial:>8}  {'bytes':>10}  {'verdict':<7}  similarity  decided by")
    for trial in tuned.curve:
        similar = "-" if trial.verdict.similarity is None else f"{trial.verdict.similarity:.1f}"
        typer.echo(
            f"{trial.setting:>8}  {len(trial.data):>10,}  {trial.verdict.outcome:<7}  {similar:>10}  "
            f"{trial.verdict.decided_by}"
        )
    if tuned.best is not None:
        share = len(tuned.best.data) / photo.stat().st_size
        size = f"{len(tuned.best.data):,} bytes, {share:.0%} of {photo}"
        typer.echo(f"smallest that passes: {tuned.best.setting}, {size}")


def _plain(trial: Trial) -> dict[str, object]:
    return {"setting": trial.setting, "bytes": len(trial.data), **trial.verdict.model_dump(mode="json")}


def _draw(tuned: Tuned, path: Path) -> None:
    from matplotlib.figure import Figure

    from idetex_plugin.gating.codecs import CODECS
    from idetex_plugin.words.verdict import Outcome

    colours = {Outcome.PASS: "#2e7d32", Outcome.REVIEW: "#f9a825", Outcome.REJECT: "#c62828"}
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    curve = tuned.curve
    axes.plot([t.setting for t in curve], [len(t.data) / 1024 for t in curve], color="#888888", zorder=1)
    for outcome, colour in colours.items():
        mine = [trial for trial in curve if trial.verdict.outcome is outcome]
        sizes = [len(trial.data) / 1024 for trial in mine]
        axes.scatter([trial.setting for trial in mine], sizes, color=colour, label=str(outcome), zorder=2)
    axes.set(xlabel=f"{tuned.codec} {CODECS[tuned.codec].dial}", ylabel="KiB")
    axes.legend()
    figure.savefig(path, dpi=110)
