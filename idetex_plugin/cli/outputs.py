"""Results for programs: which of a command's files are printed instead, and writing the rest."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import typer

from idetex_plugin.cli.exits import Exit, stop

TO_STDOUT = "-"


def printed_one(wanted: Mapping[str, Path | None], never: Mapping[str, Path | None]) -> str:
    """The option whose text is printed, or "". Raises BadParameter for several, and for one of `never`.

    wanted, never: paths by the option's name; `-` is to print.
    """
    for option in never:
        if is_stdout(never[option]):
            raise typer.BadParameter(f"{option} cannot be printed: give it a file")
    printed = [option for option, path in wanted.items() if is_stdout(path)]
    if len(printed) > 1:
        raise typer.BadParameter(f"{' and '.join(printed)} cannot both be printed: give all but one of them a file")
    return printed[0] if printed else ""


def write_texts(texts: Mapping[str, str], wanted: Mapping[str, Path | None]) -> None:
    """Write each text that was wanted, or print it, in UTF-8 whatever the locale.

    Leaves with `Exit.STORAGE` where one cannot be written.
    """
    from idetex_plugin.words.whole_file import whole_file

    for option, text in texts.items():
        path = wanted[option]
        if is_stdout(path):
            typer.echo(text.encode(), nl=False)
        elif path is not None:
            with written(path), whole_file(path) as file:
                file.write(text.encode())


def check_places(wanted: Mapping[str, Path | None], inputs: Iterable[Path] = ()) -> None:
    """Find before any work begins what would keep a file from being written.

    Raises BadParameter for a folder, for two outputs in one file, and for one that is an input, too. Leaves with
    `Exit.STORAGE` where nothing can be written.
    """
    from idetex_plugin.words.whole_file import flows, try_whole_file

    taken: dict[Path, str] = {}
    for option, path in wanted.items():
        if path is None or is_stdout(path):
            continue
        if os.path.isdir(path):
            raise typer.BadParameter(f"{option} {path}: a folder: name a file in it")
        if any(is_same(path, each) for each in inputs):
            raise typer.BadParameter(f"{option} {path}: what is read could be written over: name another file")
        other = taken.setdefault(path.resolve(), option)
        if other != option and not flows(path):
            raise typer.BadParameter(f"{other} and {option} are both {path}: name two files")
        with written(path):
            try_whole_file(path)


def is_same(one: Path, two: Path) -> bool:
    """Whether both lead to one file that exists."""
    return os.path.exists(one) and os.path.exists(two) and one.samefile(two)


def is_stdout(path: Path | None) -> bool:
    """Whether this is the name that stands for standard output."""
    return path is not None and str(path) == TO_STDOUT


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Leave with `Exit.STORAGE` for what keeps the file from being written."""
    try:
        yield
    except OSError as error:
        stop(f"{path} cannot be written: {error.strerror or error}", Exit.STORAGE)
