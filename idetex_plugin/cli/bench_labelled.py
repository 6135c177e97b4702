"""`idetex bench labelled`: does a model find what people see?"""

from __future__ import annotations

import shlex
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

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
from idetex_plugin.cli.outputs import printed_one, write_texts
from idetex_plugin.cli.printing import say
from idetex_plugin.cli.progress import counting
from idetex_plugin.words.extras import extra

SHOWN = 20


def labelled(
    labels: Annotated[Path, typer.Option(help="CSV: photo,distortion,present and, if known, x1,y1,x2,y2 of 0 to 1.")],
    photos: Annotated[
        list[Path] | None,
        typer.Option(
            help="A folder that the photos are below; may be given several times.  [default: that of the labels]",
            show_default=False,
        ),
    ] = None,
    model: OneModel = "nano",
    engine: EngineName = "auto",
    url: Url = None,
    dtype: Dtype = "auto",
    slots: Slots = None,
    served_model: ServedModel = "",
    timeout: RequestTimeout = None,
    wait_for_server: WaitForServer = None,
    implied: Annotated[
        bool, typer.Option(help="Also what labels imply: a photo without any damage has no noise.")
    ] = False,
    choose_doubt: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Best threshold for this rate of false alarms.", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the intervals.")] = 7,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write every figure in full; - to print.", show_default=False)
    ] = None,
) -> None:
    """See whether a model finds what people see in real photographs."""
    with extra("eval", "idetex bench labelled"):
        from idetex_plugin.lab.evaluation.bench.baselines import cleanvision_scores
        from idetex_plugin.lab.evaluation.bench.labelled import TASKS, run
        from idetex_plugin.lab.evaluation.bench.labelled_text import markdown
    from idetex_plugin.assessing.assessor import Assessor
    from idetex_plugin.cli.engine_faults import engine_faults
    from idetex_plugin.lab.evaluation.bench.labels import read_labels

    options = engine_options(
        url=url, dtype=dtype, slots=slots, served_model=served_model, timeout=timeout, wait_for_server=wait_for_server
    )
    files = {"--json": json_file}
    aside = bool(printed_one(files, {}))
    try:
        with counting() as step, Assessor(model, engine, TASKS, (), **options) as assessor, engine_faults([assessor]):
            known = read_labels(labels, photos or [], assessor.vocabulary)
            result = run(
                assessor, known.with_implied(assessor.vocabulary.names) if implied else known, seed=seed,
                wished=choose_doubt, command=shlex.join(["idetex", *sys.argv[1:]]), step=step,
                baselines=cleanvision_scores if find_spec("cleanvision") else None,
            )  # fmt: skip
    except (OSError, ValueError) as error:
        stop(error)
    write_texts({"--json": result.model_dump_json(indent=1) + "\n"}, files)
    typer.echo(markdown(result), nl=False, err=aside)
    for photo, why in list(result.failed.items())[:SHOWN]:
        say(f"idetex: {photo}: {why}", err=True)
    if result.missing:
        listed = ", ".join(result.missing[:SHOWN])
        say(f"idetex: {len(result.missing)} labelled photos are in no folder: {listed}", err=True)
