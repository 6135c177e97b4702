"""The doctor's report for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from idetex_plugin.doctor.report import CardNeeds, Report

SHOWN = 4


def render(report: Report) -> RenderableType:
    """What is there, which engine runs, and every problem with the command that fixes it."""
    lines = [*_problems(report), *card_lines(report.cards)]
    return Group(_machine(report), _packages(report), _verdict(report), *map(_in_one_piece, lines))


def _in_one_piece(line: str) -> Text:
    """A line that is not broken, so that the command in it can be copied."""
    return Text(line, no_wrap=True, overflow="ignore")


def card_lines(needs: Sequence[CardNeeds]) -> list[str]:
    """What single cards need, those with the same need together, with the command that installs it."""
    groups: dict[tuple[tuple[str, ...], tuple[str, ...], str], list[str]] = {}
    for need in needs:
        groups.setdefault((need.engines, need.packages, need.command), []).append(need.card)
    lines = []
    for (engines, packages, command), cards in groups.items():
        verb = "needs" if len(cards) == 1 else "need"
        shown = cards if len(cards) <= SHOWN else [*cards[:SHOWN], f"{len(cards) - SHOWN} more"]
        what = f"{', '.join(shown)} on {' and '.join(engines)}: {verb} {', '.join(packages)}"
        lines.append(f"- {what}\n    {command}")
    return lines


def _machine(report: Report) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_row("python", f"{report.python}, {report.platform}, {report.cores} cores")
    table.add_row("cpu", escape(", ".join(report.cpu_features) or "no fast features known"))
    table.add_row("gpu", escape("; ".join(report.gpus) or "none seen"))
    table.add_row("torch", f"built for CUDA {report.torch_cuda}" if report.torch_cuda else "built for the CPU")
    table.add_row("numbers", f"{report.dtype} on the CPU")
    return table


def _packages(report: Report) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for package in report.packages:
        broken = package.name in report.broken
        state = "broken" if broken else package.version or "-"
        style = "red" if broken else None if package.version else "dim"
        table.add_row(package.name, state, package.purpose, style=style)
    return table


def _verdict(report: Report) -> Text:
    if report.engine is None:
        return Text(f"No engine can run: {report.why}", style="bold red")
    return Text(f"Engine: {report.engine} ({report.why})", style="bold green")


def _problems(report: Report) -> list[str]:
    return [f"{'!' if found.blocking else '-'} {found.message}\n    {found.command}" for found in report.problems]
