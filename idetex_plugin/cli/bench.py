"""`idetex bench`: how much a model sees."""

from __future__ import annotations

import json
import shlex
import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from idetex_plugin.cli.bench_labelled import labelled
from idetex_plugin.cli.engine_options import (
    Dtype,
    EngineName,
    OneModel,
    RequestTimeout,
    ServedModel,
    Slots,
    Url,
    WaitForServer,
    engine_options,
)
from idetex_plugin.cli.exits import stop
from idetex_plugin.cli.outputs import printed_one, write_texts, written
from idetex_plugin.cli.printing import say
from idetex_plugin.cli.progress import counting
from idetex_plugin.words.extras import extra, require

if TYPE_CHECKING:
    from idetex_plugin.lab.evaluation.bench.cases import Bench
    from idetex_plugin.lab.evaluation.bench.columns import Sheet
    from idetex_plugin.lab.evaluation.bench.report import Report

SHOWN = 20
command = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


class Part(StrEnum):
    """Parts of the package's own split of photographs."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@command.callback()
def group() -> None:
    """Measure how much a model sees."""


@command.command()
def synth(
    photos: Annotated[list[Path], typer.Option(help="A folder of photographs; may be given several times.")],
    split: Annotated[
        Part | None, typer.Option(help="Only this part of the package's own split.", show_default=False)
    ] = None,
    model: OneModel = "nano",
    against: Annotated[
        str | None, typer.Option(help="A second model, on the same photos.", show_default=False)
    ] = None,
    engine: EngineName = "auto",
    url: Url = None,
    dtype: Dtype = "auto",
    slots: Slots = None,
    served_model: ServedModel = "",
    timeout: RequestTimeout = None,
    wait_for_server: WaitForServer = None,
    limit: Annotated[int, typer.Option(min=1, help="Photos in each set.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Decides every photo and question.")] = 7,
    baselines: Annotated[bool, typer.Option(help="Also CleanVision, BRISQUE and pixel statistics.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="A folder for the report and its plots.", show_default=False)
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write every figure in full; - to print.", show_default=False)
    ] = None,
) -> None:
    """Damage photographs in known ways, and see what a model finds."""
    with extra("eval", "idetex bench synth"):
        from idetex_plugin.lab.evaluation.bench.cases import Bench
        from idetex_plugin.lab.evaluation.bench.report import markdown
        from idetex_plugin.lab.evaluation.bench.synth import run
    from idetex_plugin.assessing.assessor import Assessor
    from idetex_plugin.cli.engine_faults import engine_faults

    options = engine_options(
        url=url, dtype=dtype, slots=slots, served_model=served_model, timeout=timeout, wait_for_server=wait_for_server
    )
    models = [model, *([against] if against else [])]
    words = shlex.join(["idetex", *sys.argv[1:]])
    files = {"--json": json_file}
    aside = bool(printed_one(files, {"--report": report}))
    made: list[Assessor] = []

    def assessor_of(name: str) -> Assessor:
        made.append(Assessor(name, engine, **options))
        return made[-1]

    try:
        found = _photographs(photos, split)
        with counting() as step, extra("eval", "idetex bench synth"), engine_faults(made):
            result, sheet = run(
                [partial(assessor_of, name) for name in models], found, seed=seed, limit=limit, baselines=baselines,
                command=words, step=step,
            )  # fmt: skip
    except (OSError, ValueError) as error:
        stop(error)
    write_texts({"--json": result.model_dump_json(indent=1) + "\n"}, files)
    if report is not None:
        with written(report):
            _write(result, sheet, Bench(found, seed), report)
    typer.echo(markdown(result), nl=False, err=aside)


@command.command()
def vida(
    data: Annotated[Path, typer.Option(help="Folder of bench_metadata.json, mcq.json or conversations as .jsonl.")],
    images: Annotated[
        Path | None, typer.Option(help="Folder of the images.  [default: images in the data]", show_default=False)
    ] = None,
    model: OneModel = "nano",
    engine: EngineName = "auto",
    url: Url = None,
    dtype: Dtype = "auto",
    slots: Slots = None,
    served_model: ServedModel = "",
    timeout: RequestTimeout = None,
    wait_for_server: WaitForServer = None,
    limit: Annotated[int | None, typer.Option(min=1, help="So many of each file.", show_default=False)] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write every figure in full; - to print.", show_default=False)
    ] = None,
) -> None:
    """Ask ViDA-UGC's own questions, from its files as downloaded."""
    require("eval", "idetex bench vida", "ijson", "sacrebleu", "torchmetrics")
    with extra("eval", "idetex bench vida"):
        from idetex_plugin.lab.evaluation.vida.bench import bench
        from idetex_plugin.lab.evaluation.vida.scores import figures
    from idetex_plugin.assessing.assessor import Assessor
    from idetex_plugin.cli.engine_faults import engine_faults

    options = engine_options(
        url=url, dtype=dtype, slots=slots, served_model=served_model, timeout=timeout, wait_for_server=wait_for_server
    )
    files = {"--json": json_file}
    aside = bool(printed_one(files, {}))
    try:
        with counting() as step, Assessor(model, engine, **options) as assessor, engine_faults([assessor]):
            tally, ledger = bench(assessor, data, images or data / "images", limit=limit, step=step)
            checkpoint = assessor.fingerprint_parts["checkpoint"]
            rows = list(figures(tally))
    except (OSError, ValueError) as error:
        stop(error)
    named = [dict(zip(("name", "value", "of", "beside"), row, strict=True)) for row in rows]
    whole = {
        "model": model, "checkpoint": checkpoint, "figures": named, "failed": dict(tally.failed),
        "refusals": [refusal.model_dump() for refusal in ledger],
    }
    write_texts({"--json": json.dumps(whole, indent=1) + "\n"}, files)
    failed = dict(tally.failed) or "none"
    typer.echo(f"Model {model} (checkpoint {checkpoint}); failed answers: {failed}\n", err=aside)
    typer.echo("| measure | value | of | beside |\n| --- | --- | --- | --- |", err=aside)
    for name, value, count, beside in rows:
        typer.echo(f"| {name} | {'-' if value is None else f'{value:.3f}'} | {count} | {beside} |", err=aside)
    for refusal in ledger.refusals[:SHOWN]:
        say(f"idetex: {refusal.file}: {refusal.item}: {refusal.problem}", err=True)
    if len(ledger) > SHOWN:
        typer.echo(f"idetex: {len(ledger)} items in all could not be read or scored", err=True)


command.command()(labelled)


def _photographs(folders: list[Path], split: Part | None) -> list[Path]:
    from idetex_plugin.lab.data.photos import listed
    from idetex_plugin.photo.sources import find_photos

    for folder in folders:
        if not folder.exists():
            raise ValueError(f"{folder} does not exist")
    if split is None:
        return [Path(source.path) for source in find_photos(folders)]
    names = listed(split.value)
    found = [folder / name for folder in folders for name in names if (folder / name).is_file()]
    if not found:
        places = ", ".join(map(str, folders))
        raise ValueError(f"none of the {len(names)} photographs of the part {split} is below {places}")
    return found


def _write(report: Report, sheet: Sheet, bench: Bench, folder: Path) -> None:
    from idetex_plugin.lab.evaluation.bench.contact import write_contact
    from idetex_plugin.lab.evaluation.bench.plots import write_plots
    from idetex_plugin.lab.evaluation.bench.report import markdown

    folder.mkdir(parents=True, exist_ok=True)
    plots = [*write_plots(sheet, folder), write_contact(bench, sheet, folder)]
    pictures = "\n".join(f"![{path.stem}]({path.name})" for path in plots)
    (folder / "report.md").write_text(f"{markdown(report)}\n{pictures}\n", encoding="utf-8")
    (folder / "report.json").write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8")
