"""`idetex bench`: how much a model sees."""

from __future__ import annotations

import json
import shlex
import sys
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from idetex_plugin.cli.exits import Exit, stop
from idetex_plugin.words.extras import extra, require

if TYPE_CHECKING:
    from idetex_plugin.lab.evaluation.bench.cases import Bench
    from idetex_plugin.lab.evaluation.bench.columns import Sheet
    from idetex_plugin.lab.evaluation.bench.report import Report

SHOWN = 20
command = typer.Typer(no_args_is_help=True, help="Measure how much a model sees.")


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
    model: Annotated[str, typer.Option(help="A name, a checkpoint's folder, or a card's TOML file.")] = "nano",
    against: Annotated[
        str | None, typer.Option(help="A second model, on the same photos.", show_default=False)
    ] = None,
    engine: Annotated[str, typer.Option(help="As of `idetex assess`.")] = "auto",
    limit: Annotated[int, typer.Option(min=1, help="Photos in each set.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Decides every photo and question.")] = 7,
    baselines: Annotated[bool, typer.Option(help="Also CleanVision, BRISQUE and pixel statistics.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="A folder for the report and its plots.", show_default=False)
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write every figure at full precision.", show_default=False)
    ] = None,
) -> None:
    """Damage photographs in known ways, and see how much of it a model finds."""
    with extra("eval", "idetex bench synth"):
        from idetex_plugin.lab.evaluation.bench.cases import Bench
        from idetex_plugin.lab.evaluation.bench.report import markdown
        from idetex_plugin.lab.evaluation.bench.synth import run
    from idetex_plugin.assessing.assessor import Assessor
    from idetex_plugin.engines.base import EngineDeadError

    models = [model, *([against] if against else [])]
    words = shlex.join(["idetex", *sys.argv[1:]])
    try:
        found = _photographs(photos, split)
        with _progress() as step, extra("eval", "idetex bench synth"):
            result, sheet = run(
                [lambda name=name: Assessor(name, engine) for name in models],  # type: ignore[misc]
                found, seed=seed, limit=limit, baselines=baselines, command=words, step=step,
            )  # fmt: skip
        if json_file is not None:
            json_file.write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")
        if report is not None:
            _write(result, sheet, Bench(found, seed), report)
    except EngineDeadError as error:
        stop(str(error), Exit.ENGINE)
    except (OSError, ValueError) as error:
        stop(str(error))
    typer.echo(markdown(result), nl=False)


@command.command()
def vida(
    data: Annotated[Path, typer.Option(help="Folder of bench_metadata.json, mcq.json or conversations as .jsonl.")],
    images: Annotated[
        Path | None, typer.Option(help="Folder of the images.  [default: images in the data]", show_default=False)
    ] = None,
    model: Annotated[str, typer.Option(help="A name, a checkpoint's folder, or a card's TOML file.")] = "nano",
    engine: Annotated[str, typer.Option(help="As of `idetex assess`.")] = "auto",
    url: Annotated[str, typer.Option(help="The server's address, for the server engine.", show_default=False)] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="So many of each file.", show_default=False)] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write every figure at full precision.", show_default=False)
    ] = None,
) -> None:
    """Ask ViDA-UGC's own questions, from its files as downloaded."""
    require("eval", "idetex bench vida", "ijson", "sacrebleu", "torchmetrics")
    with extra("eval", "idetex bench vida"):
        from idetex_plugin.lab.evaluation.vida.bench import bench
        from idetex_plugin.lab.evaluation.vida.scores import figures
    from idetex_plugin.assessing.assessor import Assessor
    from idetex_plugin.engines.base import EngineDeadError

    options: dict[str, Any] = {"url": url} if url else {}
    try:
        with _progress() as step, Assessor(model, engine, **options) as assessor:
            tally, ledger = bench(assessor, data, images or data / "images", limit=limit, step=step)
            checkpoint = assessor.fingerprint_parts["checkpoint"]
            rows = list(figures(tally))
        if json_file is not None:
            named = [dict(zip(("name", "value", "of", "beside"), row, strict=True)) for row in rows]
            whole = {
                "model": model, "checkpoint": checkpoint, "figures": named, "failed": dict(tally.failed),
                "refusals": [refusal.model_dump() for refusal in ledger],
            }
            json_file.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    except EngineDeadError as error:
        stop(str(error), Exit.ENGINE)
    except (OSError, ValueError) as error:
        stop(str(error))
    typer.echo(f"Model {model} (checkpoint {checkpoint}); failed answers: {dict(tally.failed) or 'none'}\n")
    typer.echo("| measure | value | of | beside |\n| --- | --- | --- | --- |")
    for name, value, count, beside in rows:
        typer.echo(f"| {name} | {'-' if value is None else f'{value:.3f}'} | {count} | {beside} |")
    for refusal in ledger.refusals[:SHOWN]:
        typer.echo(f"idetex: {refusal.file}: {refusal.item}: {refusal.problem}", err=True)
    if len(ledger) > SHOWN:
        typer.echo(f"idetex: {len(ledger)} items in all could not be read or scored", err=True)


@command.command()
def labelled(
    labels: Annotated[Path, typer.Option(help="CSV: photo,distortion,present and, if known, x1,y1,x2,y2 of 0 to 1.")],
    photos: Annotated[
        list[Path] | None,
        typer.Option(
            help="A folder that the photos are below; may be given several times.  [default: that of the labels]",
            show_default=False,
        ),
    ] = None,
    model: Annotated[str, typer.Option(help="A name, a checkpoint's folder, or a card's TOML file.")] = "nano",
    engine: Annotated[str, typer.Option(help="As of `idetex assess`.")] = "auto",
    url: Annotated[str, typer.Option(help="The server's address, for the server engine.", show_default=False)] = "",
    implied: Annotated[
        bool, typer.Option(help="Also what labels imply: a photo without any damage has no noise.")
    ] = False,
    choose_doubt: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Best threshold for this rate of false alarms.", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the intervals.")] = 7,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write every figure at full precision.", show_default=False)
    ] = None,
) -> None:
    """See whether a model finds what people see in real photographs."""
    with extra("eval", "idetex bench labelled"):
        from idetex_plugin.lab.evaluation.bench.baselines import cleanvision_scores
        from idetex_plugin.lab.evaluation.bench.labelled import TASKS, run
        from idetex_plugin.lab.evaluation.bench.labelled_text import markdown
    from idetex_plugin.assessing.assessor import Assessor
    from idetex_plugin.engines.base import EngineDeadError
    from idetex_plugin.lab.evaluation.bench.labels import read_labels

    options: dict[str, Any] = {"url": url} if url else {}
    try:
        with _progress() as step, Assessor(model, engine, TASKS, (), **options) as assessor:
            known = read_labels(labels, photos or [], assessor.vocabulary)
            result = run(
                assessor, known.with_implied(assessor.vocabulary.names) if implied else known, seed=seed,
                wished=choose_doubt, command=shlex.join(["idetex", *sys.argv[1:]]), step=step,
                baselines=cleanvision_scores if find_spec("cleanvision") else None,
            )  # fmt: skip
        if json_file is not None:
            json_file.write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")
    except EngineDeadError as error:
        stop(str(error), Exit.ENGINE)
    except (OSError, ValueError) as error:
        stop(str(error))
    typer.echo(markdown(result), nl=False)
    for photo, why in list(result.failed.items())[:SHOWN]:
        typer.echo(f"idetex: {photo}: {why}", err=True)
    if result.missing:
        listed = ", ".join(result.missing[:SHOWN])
        typer.echo(f"idetex: {len(result.missing)} labelled photos are in no folder: {listed}", err=True)


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


def _progress() -> Any:
    from contextlib import contextmanager

    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    @contextmanager
    def shown() -> Any:
        columns = SpinnerColumn(), TextColumn("{task.completed} photos"), TimeElapsedColumn()
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("photos", total=None)
            yield lambda: bar.advance(task)

    return shown()


def _write(report: Report, sheet: Sheet, bench: Bench, folder: Path) -> None:
    from idetex_plugin.lab.evaluation.bench.contact import write_contact
    from idetex_plugin.lab.evaluation.bench.plots import write_plots
    from idetex_plugin.lab.evaluation.bench.report import markdown

    folder.mkdir(parents=True, exist_ok=True)
    plots = [*write_plots(sheet, folder), write_contact(bench, sheet, folder)]
    pictures = "\n".join(f"![{path.stem}]({path.name})" for path in plots)
    (folder / "report.md").write_text(f"{markdown(report)}\n{pictures}\n", encoding="utf-8")
    (folder / "report.json").write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8")
