"""Results for programs: which of a command's files are printed instead, and writing the rest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import typer

TO_STDOUT = "-"


def printed_one(wanted: Mapping[str, Path | None], never: Mapping[str, Path | None]) -> str:
    """The option whose text is printed, or "". Raises BadParameter for several, and for one of `never`.

    wanted, never: paths by the option's name; `-` is to print.
    """
    for option in never:
        if _is_stdout(never[option]):
            raise typer.BadParameter(f"{option} cannot be printed: give it a file")
    printed = [option for option, path in wanted.items() if _is_stdout(path)]
    if len(printed) > 1:
        raise typer.BadParameter(f"{' and '.join(printed)} cannot both be printed: give all but one of them a file")
    return printed[0] if printed else ""


def write_texts(texts: Mapping[str, str], wanted: Mapping[str, Path | None]) -> None:
    """Write each text that was wanted, or print it, in UTF-8 whatever the locale. Raises OSError."""
    for option, text in texts.items():
        path = wanted[option]
        if _is_stdout(path):
            typer.echo(text.encode(), nl=False)
        elif path is not None:
            path.write_text(text, encoding="utf-8")


def _is_stdout(path: Path | None) -> bool:
    return path is not None and str(path) == TO_STDOUT
