"""`idetex score`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from idetex_plugin.cli.exits import stop
from idetex_plugin.cli.outputs import printed_one, write_texts
from idetex_plugin.cli.printing import say
from idetex_plugin.words.extras import require

SHOWN = 20


class Rules(StrEnum):
    """Whose rules score a submission."""

    MIPI2025 = "mipi2025"


class ModeName(StrEnum):
    """How to score; the values are those of `evaluation.mipi.terms.Mode`."""

    MIPI2025 = "mipi2025"
    STRICT = "strict"


def command(
    rules: Annotated[Rules, typer.Argument(help="Whose rules: the ICCV MIPI 2025 challenge's.")],
    submission: Annotated[Path, typer.Option(help="Folder of perception.json, grounding.json, description.json.")],
    truth: Annotated[Path, typer.Option(help="Folder of mcq.json, reg-p_bench.json, bench_metadata.json.")],
    mode: Annotated[
        ModeName, typer.Option(help="The challenge's own way, every quirk kept; or as one would expect.")
    ] = ModeName.MIPI2025,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", help="Also write every term at full precision; - to print.", show_default=False),
    ] = None,
) -> None:
    """Score a submission by a challenge's rules."""
    require("eval", "idetex score", "ijson", "sacrebleu", "torchmetrics")
    from idetex_plugin.lab.evaluation.mipi.files import MipiError
    from idetex_plugin.lab.evaluation.mipi.score import score
    from idetex_plugin.lab.evaluation.mipi.terms import Mode

    files = {"--json": json_file}
    aside = bool(printed_one(files, {}))
    try:
        result = score(submission, truth, Mode(mode))
    except (MipiError, OSError) as error:
        stop(error)
    write_texts({"--json": result.model_dump_json(indent=1) + "\n"}, files)
    for name, value in result.terms.items():
        words = f"not scored: {result.unscored[name]}" if value is None else f"{value:.4f}"
        typer.echo(f"{name:<24} {words}", err=aside)
    scored = len(result.terms) - len(result.unscored)
    typer.echo(f"{'sum':<24} {result.total:.4f} of {scored} terms ({rules}, {mode})", err=aside)
    if result.key_recall is not None:
        typer.echo(f"{'key distortion recall':<24} {result.key_recall:.4f} (not in the sum)", err=aside)
    for refusal in result.refusals[:SHOWN]:
        say(f"idetex: {refusal.file}: {refusal.item}: {refusal.problem}", err=True)
    if result.refusals:
        typer.echo(f"idetex: {len(result.refusals)} items or boxes could not be read; none counts as right", err=True)
