"""What the documentation shows works: Python blocks run, commands and their options exist, links lead somewhere."""

import re
import shlex
import shutil
import tomllib
from importlib import import_module
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace
from typing import Any

import pytest
from markdown_it import MarkdownIt
from packaging.requirements import Requirement
from standins import WindowEngine, nano_says
from typer.main import get_command
from typer.testing import CliRunner

from idetex_plugin.cli.app import app
from idetex_plugin.cli.commands import COMMANDS
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import Reason

ROOT = Path(__file__).parents[1]
generate: Any = SimpleNamespace(**run_path(str(ROOT / "docs" / "generate.py")))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
START = sorted((ROOT / "docs" / "start").glob("*.md"))
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of one language."""
    tokens = MarkdownIt().parse(page.read_text("utf-8"))
    return [token.content for token in tokens if token.type == "fence" and token.info.strip() == language]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds the demo photographs, to work in; every engine is scripted."""
    shutil.copytree(ROOT / "demo", tmp_path / "demo")
    monkeypatch.chdir(tmp_path)
    engine = WindowEngine(answer=nano_says)
    monkeypatch.setattr("idetex_plugin.assessing.assessor.make_engine", lambda *_, **__: (engine, "it is scripted"))
    return tmp_path


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python") and page not in START], ids=name)
def test_python_blocks_of_a_page_run_in_order(page: Path, demo: Path, request: pytest.FixtureRequest) -> None:
    if any("fiftyone" in block for block in blocks(page, "python")):
        request.getfixturevalue("mongo")
    scope: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page, "python"):
        exec(compile(block, name(page), "exec"), scope)


@pytest.mark.parametrize("page", START, ids=name)
def test_a_page_to_start_from_works_from_top_to_bottom(
    page: Path, demo: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if "fiftyone" in page.read_text("utf-8"):
        request.getfixturevalue("mongo")
        import fiftyone

        monkeypatch.setattr(fiftyone.config, "plugins_dir", str(demo / "plugins"))
    scope: dict[str, object] = {"__name__": "__main__"}
    fences = [token for token in MarkdownIt().parse(page.read_text("utf-8")) if token.type == "fence"]
    assert fences
    for fence in fences:
        if fence.info.strip() == "python":
            exec(compile(fence.content, name(page), "exec"), scope)
        for line in fence.content.splitlines() if not fence.info.strip() else ():
            words, _, comment = line.partition("#")
            if words.startswith("idetex "):
                result = CliRunner().invoke(app, shlex.split(words)[1:])
                code = int(comment.rpartition(" ")[2]) if comment else 0
                assert result.exit_code == code, (line, result.output)


def test_the_first_page_has_a_door_for_everyone() -> None:
    page = (ROOT / "docs" / "index.md").read_text("utf-8")
    assert len(START) == 4
    for start in START:
        assert f"](start/{start.name})" in page, start.name


@pytest.mark.parametrize("page", generate.pages(), ids=name)
def test_what_is_made_from_the_code_is_as_the_code_gives_it(page: Path) -> None:
    text = page.read_text("utf-8")
    assert generate.renewed(text) == text, "run: python docs/generate.py"


def test_the_reference_names_every_command_hook_key_and_reason() -> None:
    made = "\n".join(page.read_text("utf-8") for page in generate.pages())
    hooks = [hook for hook in vars(import_module("idetex_plugin.plugins.specs")) if hook.startswith("idetex_")]
    assert len(hooks) > 10
    for word in [*COMMANDS, *hooks, *Card.model_fields, *(reason.value for reason in Reason)]:
        assert word in made, word


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


@pytest.mark.parametrize("page", [page for page in PAGES if "lab-notes" not in page.parts], ids=name)
def test_files_of_the_package_and_extras_that_are_named_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    rooms = (ROOT / name for name in ("idetex_plugin", "integrations", "benchmarks", "tests"))
    files = [f"/{file.relative_to(ROOT)}" for room in rooms for file in room.rglob("*.*")]
    for file in re.findall(r"`([a-z_]+(?:/[a-z_]+)+\.pyi?)`", text):
        assert any(each.endswith(f"/{file}") for each in files) or "/a/" in file, file
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for extras in re.findall(r"pip install [^`\n]*?\[([a-z,]+)\]", text):
        assert set(extras.split(",")) <= set(project["optional-dependencies"]), extras


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


def test_arguments_in_docstrings_become_a_list() -> None:
    listed = run_path(str(ROOT / "docs" / "docstrings.py"))["listed"]
    text = "Does it.\n\none, two: the first\n    and more.\nthree: the last\nRaises ValueError: never."
    assert listed(text) == (
        "Does it.\n\n\n- **one, two**: the first\n    and more.\n- **three**: the last\n\nRaises ValueError: never."
    )
