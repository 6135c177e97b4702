"""Writes the parts of these pages that are made from the code: `python docs/generate.py`.

A part lies between `<!-- generated: NAME -->` and `<!-- end -->`. The tests compare every part with what the code
gives, so that a page cannot promise what is absent.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer.main

import idetex_plugin
from idetex_plugin.cards import page
from idetex_plugin.cards.registry import cards
from idetex_plugin.cli.app import app
from idetex_plugin.cli.commands import COMMANDS
from idetex_plugin.cli.exits import Exit
from idetex_plugin.plugins import specs
from idetex_plugin.words.card import Card, Doubt, Sampling
from idetex_plugin.words.failure import Reason

DOCS = Path(__file__).parent
MODULES = re.compile(r"\b(typing|collections\.abc|idetex_plugin\.[\w.]+)\.")
PART = re.compile(r"(<!-- generated: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def table(*rows: tuple[str, ...]) -> str:
    """A Markdown table; the first row is its head."""
    head, *body = [[cell.replace("|", r"\|").replace("\n", " ") for cell in row] for row in rows]
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def commands() -> str:
    """Every command and its line."""
    return table(("command", "does"), *((f"[`idetex {name}`](#{name})", line) for name, line in COMMANDS.items()))


def options() -> str:
    """Every command with its arguments and options."""
    group: Any = typer.main.get_command(app)
    return "\n\n".join(part for name in COMMANDS for part in _command(name, group.get_command(None, name)))


def _command(name: str, built: Any, level: str = "##") -> Iterator[str]:
    yield f"{level} {name}"
    if built.help:
        yield inspect.cleandoc(built.help)
    rows = [_parameter(each) for each in built.params if each.name != "help"]
    if rows:
        yield table(("option", "default", ""), *rows)
    for inner in getattr(built, "commands", {}).values():
        yield from _command(f"{name} {inner.name}", inner, "###")


def _parameter(parameter: Any) -> tuple[str, str, str]:
    names = [*parameter.opts, *parameter.secondary_opts]
    if parameter.param_type_name == "argument":
        names = [parameter.metavar or parameter.name.upper()]
    default = parameter.default
    if parameter.required:
        shown = "required"
    elif isinstance(default, bool):
        shown = f"`{(parameter.opts if default else parameter.secondary_opts)[0]}`" if parameter.secondary_opts else ""
    elif default in (None, "") or callable(default):
        shown = ""
    else:
        shown = f"`{default}`"
    return ", ".join(f"`{name}`" for name in names), shown, parameter.help or ""


def exits() -> str:
    """Every exit code."""
    notes = _notes(Exit)
    return table(("code", "name", "meaning"), *((str(int(code)), code.name, notes[code.name]) for code in Exit))


def reasons() -> str:
    """Every reason of a failure."""
    notes = _notes(Reason)
    return table(("reason", "meaning"), *((f"`{reason.value}`", notes.get(reason.name, "")) for reason in Reason))


def _notes(enumeration: type) -> dict[str, str]:
    """The strings below the members of an enumeration."""
    [body] = ast.parse(inspect.getsource(enumeration)).body
    assert isinstance(body, ast.ClassDef)
    notes, name = {}, ""
    for line in body.body:
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            name = line.targets[0].id
        elif name and isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
            notes[name] = " ".join(str(line.value.value).split())
    return notes


def hooks() -> str:
    """Every hook: its arguments and its docstring."""
    parts = []
    for name, hook in vars(specs).items():
        if not name.startswith("idetex_") or not inspect.isfunction(hook):
            continue
        signature = MODULES.sub("", str(inspect.signature(hook)).replace("'", ""))
        first = getattr(hook, f"{specs.PROJECT}_spec", {}).get("firstresult")
        ends = "\n\nThe first answer that is not None counts." if first else ""
        parts.append(f"## {name}\n\n```text\n{name}{signature}\n```\n\n{inspect.getdoc(hook)}{ends}")
    return "\n\n".join(parts)


def card() -> str:
    """Every key of a card."""
    return "\n\n".join([_keys(Card), "`[doubt]`:", _keys(Doubt), "`[sampling]`:", _keys(Sampling)])


def checkpoints() -> str:
    """Every built-in card: what it gives, its memory and licence."""
    return page.table(cards())


def facts() -> str:
    """What of the built-in cards was read where, and what was not."""
    return page.facts(cards())


def _keys(record: Any) -> str:
    notes = _described(inspect.getdoc(record) or "")
    rows = []
    for name, field in record.model_fields.items():
        kind = MODULES.sub("", inspect.formatannotation(field.annotation))
        required = field.is_required()
        default = "required" if required else f"`{field.get_default(call_default_factory=True)!r}`"
        rows.append((f"`{name}`", f"`{kind}`", default, notes.get(name, "")))
    return table(("key", "kind", "default", ""), *rows)


def _described(text: str) -> dict[str, str]:
    """What a docstring says of its arguments, each a line that begins with the name and a colon."""
    notes: dict[str, str] = {}
    names: list[str] = []
    for line in text.splitlines()[1:]:
        if match := re.match(r"(\w+(?:, \w+)*): (.*)", line):
            names = match.group(1).split(", ")
            notes |= dict.fromkeys(names, match.group(2))
        elif names and line.startswith(" "):
            notes |= {name: f"{notes[name]} {line.strip()}" for name in names}
        else:
            names = []
    return notes


def public() -> str:
    """Every public name, with its documentation from the docstring."""
    return "\n\n".join(f"::: idetex_plugin.{name}" for name in sorted(idetex_plugin.__all__, key=str.lower))


PARTS: dict[str, Callable[[], str]] = {
    "commands": commands, "options": options, "exits": exits, "reasons": reasons, "hooks": hooks, "card": card,
    "names": public, "checkpoints": checkpoints, "facts": facts,
}  # fmt: skip


def renewed(text: str) -> str:
    """A page with its generated parts as the code gives them. Raises KeyError for a part of an unknown name."""
    return PART.sub(lambda part: f"{part[1]}\n{PARTS[part[2]]()}\n\n{part[4]}", text)


def pages() -> list[Path]:
    """The pages that have generated parts."""
    return [path for path in sorted(DOCS.rglob("*.md")) if PART.search(path.read_text("utf-8"))]


if __name__ == "__main__":
    for path in pages():
        path.write_text(renewed(path.read_text("utf-8")), encoding="utf-8")
