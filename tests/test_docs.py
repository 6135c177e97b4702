"""What the documentation shows works: Python blocks run, commands and their options exist, links lead somewhere."""

import re
import shlex
import shutil
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from packaging.requirements import Requirement
from standins import WindowEngine, nano_says
from typer.main import get_command

from idetex_plugin.cli.app import app
from idetex_plugin.cli.commands import COMMANDS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of one language."""
    tokens = MarkdownIt().parse(page.read_text("utf-8"))
    return [token.content for token in tokens if token.type == "fence" and token.info.strip() == language]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=name)
def test_python_blocks_of_a_page_run_in_order(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if any("fiftyone" in block for block in blocks(page, "python")):
        request.getfixturevalue("mongo")
    shutil.copytree(ROOT / "demo", tmp_path / "demo")
    monkeypatch.chdir(tmp_path)
    engine = WindowEngine(answer=nano_says)
    monkeypatch.setattr("idetex_plugin.assessing.assessor.make_engine", lambda *_, **__: (engine, "it is scripted"))
    scope: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page, "python"):
        exec(compile(block, name(page), "exec"), scope)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_and_their_options_exist(page: Path) -> None:
    lines = [line for block in blocks(page, "") for line in block.splitlines() if line.startswith("idetex ")]
    for line in lines:
        _, command, *words = shlex.split(line.partition("#")[0])
        assert command in COMMANDS, line
        built = get_command(app).get_command(None, command)
        while (subcommands := getattr(built, "commands", None)) and words and not words[0].startswith("-"):
            built = subcommands[words.pop(0)]
        known = {option for parameter in built.params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known, line


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_to_files(page: Path) -> None:
    for link in LINK.findall(page.read_text("utf-8")):
        assert (page.parent / link).exists(), link


def test_every_command_is_on_the_page_about_commands() -> None:
    page = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    for command in COMMANDS:
        assert re.search(rf"^## .*\b{command}\b", page, re.MULTILINE), command


def test_every_hook_is_on_the_page_about_plugins() -> None:
    page = (ROOT / "docs" / "plugins.md").read_text("utf-8")
    hooks = [hook for hook in vars(import_module("idetex_plugin.plugins.specs")) if hook.startswith("idetex_")]
    for hook in hooks:
        assert f"`{hook}" in page, hook


def test_every_dependency_has_its_reason() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    for requirement in [*project["dependencies"], *(each for extra in extras.values() for each in extra)]:
        package = Requirement(requirement).name
        assert package == "idetex-plugin" or re.search(rf"[|, ] *{package}\b", page), package
    for extra in extras:
        assert f"| `{extra}` |" in page, extra
