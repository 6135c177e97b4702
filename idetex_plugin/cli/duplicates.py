"""`idetex duplicates`: photos of a run that look nearly the same."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from idetex_plugin.cli.exits import Exit, stop
from idetex_plugin.cli.outputs import check_places, printed_one, write_texts
from idetex_plugin.cli.printing import printable, say
from idetex_plugin.duplicates.hashing import BITS, DISTANCE, require_hashing
from idetex_plugin.words.counted import counted

if TYPE_CHECKING:
    from rich.console import Console

    from idetex_plugin.duplicates.find import NearDuplicates

SHOWN = 20


class Preference(StrEnum):
    """Which photo of a group is the one to keep; the values are those of `duplicates.stored.ORDERS`."""

    SCORE = "score"
    PIXELS = "pixels"


@dataclass
class _Photos:
    """How many photos the run has, for the meter."""

    total: int | None
    found: int


def command(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")] = Path("run"),
    distance: Annotated[
        int, typer.Option(min=0, max=BITS // 2 - 1, help="Bits by which a photo may differ from the best, of 256.")
    ] = DISTANCE,
    prefer: Annotated[
        Preference, typer.Option(help="The best of a group: that of the best score, or of the most pixels.")
    ] = Preference.SCORE,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the groups as JSON; - to print.", show_default=False)
    ] = None,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="Write a line a photo of a group; - to print.", show_default=False)
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Photos read at once.  [default: the cores]", show_default=False)
    ] = None,
) -> None:
    """Group the photos of a run that look nearly the same: resized, encoded again, slightly cropped, bursts.

    The photo of the best score (or of the most pixels) comes first in its group, and each other photo of the group is
    near to that one. Nothing is removed. Photos that are gone, have changed or cannot be read are named and left out.
    Hashes are kept in the run folder, so that the next call reads new photos only. It needs the extra duplicates.
    """
    from rich.console import Console

    from idetex_plugin.cli.consoles import to_stdout
    from idetex_plugin.cli.keeping import code_of
    from idetex_plugin.cli.progress import Labels, meter
    from idetex_plugin.duplicates.find import near_duplicates
    from idetex_plugin.duplicates.written import as_csv, as_json
    from idetex_plugin.runs.schema import RunError
    from idetex_plugin.runs.store import Run

    files = {"--json": json_file, "--csv": csv_file}
    printed = printed_one(files, {})
    check_places(files)
    require_hashing()
    try:
        with Run(folder) as run:
            count = len(run)
            words = Labels(doing="hashing", failed="left out")
            with meter(_Photos(count, count), Console(stderr=True), words) as shown:
                found = near_duplicates(
                    run,
                    distance=distance,
                    prefer=prefer,
                    jobs=jobs,
                    on_photo=lambda left_out: shown.step(failed=left_out),
                )
    except RunError as error:
        stop(error, code_of(error))
    except KeyboardInterrupt:
        stop("stopped; the hashes so far are kept, and the same command continues", Exit.INTERRUPTED)
    for photo in found.left_out:
        say(f"left out: {photo.name}: {photo.reason}", err=True)
    if found.problem:
        say(f"idetex: {found.problem}", err=True)
    write_texts({"--json": as_json(found), "--csv": as_csv(found)}, files)
    if not printed:
        print_groups(found, to_stdout())
    typer.echo(
        f"{found.spare} of {counted(found.compared, 'photo')} are near duplicates of "
        f"{counted(len(found.groups), 'other')} (distance {found.distance}); {len(found.left_out)} left out",
        err=True,
    )


def print_groups(found: NearDuplicates, console: Console) -> None:
    """The first groups as a table: the photo to keep, and below it those that are near to it."""
    from rich.markup import escape
    from rich.table import Table

    if not found.groups:
        console.print("No photos look nearly the same.", highlight=False)
        return
    table = Table("group", "photo")
    for name in ("score", "pixels", "bytes", "distance"):
        table.add_column(name, justify="right")
    for number, group in enumerate(found.groups[:SHOWN], 1):
        for place, photo in enumerate(group):
            score = "" if photo.score is None else f"{photo.score:.2f}"
            table.add_row(
                "" if place else str(number), escape(printable(photo.name)), score, f"{photo.width} x {photo.height}",
                str(photo.file_bytes or ""), str(photo.distance) if place else "best",
                end_section=place == len(group) - 1,
            )  # fmt: skip
    console.print(table)
    if len(found.groups) > SHOWN:
        console.print(f"{len(found.groups) - SHOWN} more groups: --csv FILE or --json FILE has all", highlight=False)
