"""What `idetex tune` writes: which codec its name tells, where it goes, and the drawing of the curves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from idetex_plugin.cli.outputs import check_places, is_same, is_stdout, printed_one

if TYPE_CHECKING:
    from idetex_plugin.gating.tune import Tuned

ALL = "all"
DRAWN = (".png", ".svg", ".pdf", ".eps", ".jpg", ".jpeg", ".webp")
"""Suffixes of drawings that need nothing but matplotlib and Pillow."""


def codec_asked(codec: str, out: Path | None) -> str:
    """The codec that is asked for, or that the file's suffix tells, or all. Raises ValueError where both differ."""
    from idetex_plugin.gating.codecs import CODECS

    suffix = "" if out is None else out.suffix.lower()
    if not suffix or (out is not None and os.path.isdir(out)):
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


def check_outputs(photo: Path, out: Path | None, plot: Path | None, codec: str, as_json: bool, policy: str) -> None:
    """Find before any work what cannot be written, see `outputs.check_places`.

    Raises ValueError where the photo would be written over, and for a drawing of a kind that is not drawn.
    """
    printed_one({"--out": out, "--json": Path("-") if as_json else None}, {"--plot": plot})
    drawing = None if plot is None else drawing_at(plot)
    named = out is not None and not is_stdout(out) and not os.path.isdir(out)
    files = [file_at(out, each) for each in _tried(codec)] if out is not None and named else []
    mine = [path for path in files if is_same(path, photo)]
    if mine:
        others = [str(path) for path in files if path not in mine]
        more = f", or one codec's: {', '.join(others)}" if others else ""
        raise ValueError(
            f"--out {out}: the photo itself could be written over, as {mine[0]}: name another file, such as "
            f"{mine[0].with_name(mine[0].stem + '-tuned')}{more}"
        )
    if drawing is not None and is_same(drawing, photo):
        raise ValueError(f"--plot {plot}: the photo itself could be written over: name another file")
    places: list[Path | None] = [*files] or [out]
    for path in places:
        check_places({"--out": path, "--plot": drawing}, [Path(policy)])


def _tried(codec: str) -> list[str]:
    from idetex_plugin.gating.codecs import CODECS, SMALLEST

    if codec == ALL:
        return [name for name in SMALLEST if CODECS[name].is_installed]
    return [codec] if codec in CODECS else []


def file_at(out: Path, codec: str) -> Path:
    """The file to write: without a suffix it gets the codec's."""
    from idetex_plugin.gating.codecs import CODECS

    return out if out.suffix else out.with_suffix(CODECS[codec].suffixes[0])


def drawing_at(plot: Path) -> Path:
    """The drawing to write: without a suffix a PNG. Raises ValueError for a kind that is not drawn."""
    if os.path.isdir(plot):
        return plot
    if not plot.suffix:
        return plot.with_suffix(DRAWN[0])
    if plot.suffix.lower() not in DRAWN:
        raise ValueError(f"--plot {plot}: nothing draws {plot.suffix}: choose from {', '.join(DRAWN)}")
    return plot


def write_best(tuned: Tuned, out: Path) -> Path | None:
    """The file that was written, folders above it made; None where none passes, or the bytes were printed."""
    from idetex_plugin.words.whole_file import whole_file

    if tuned.best is None:
        return None
    if is_stdout(out):
        typer.echo(tuned.best.data, nl=False)
        return None
    path = file_at(out, tuned.codec)
    with whole_file(path) as file:
        file.write(tuned.best.data)
    return path


def draw(found: list[Tuned], path: Path) -> None:
    """The curves of all codecs, and the verdict of every file as a dot. path: see `drawing_at`."""
    from matplotlib.figure import Figure

    from idetex_plugin.words.verdict import Outcome
    from idetex_plugin.words.whole_file import whole_file

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
    with whole_file(path) as file:
        figure.savefig(file, format=path.suffix.lower().lstrip("."), dpi=110)
