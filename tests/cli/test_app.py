"""The command line as a whole."""

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from idetex_plugin import __version__
from idetex_plugin.cli.app import app
from idetex_plugin.cli.commands import COMMANDS
from idetex_plugin.cli.exits import Exit

HEAVY = ("torch", "transformers", "vllm", "PIL", "numpy", "pydantic", "rich.console", "sqlite3")


def test_help_lists_the_table() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    for name, line in COMMANDS.items():
        assert name in result.output
        assert line in " ".join(result.output.split())


def test_help_imports_nothing_heavy_and_no_command() -> None:
    code = (
        "import sys; from idetex_plugin.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules])\n"
        "print([name for name in sys.modules if name.startswith('idetex_plugin.cli.')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True, timeout=60
    )
    *_, heavy, commands = done.stdout.splitlines()
    assert heavy == "[]"
    lean = ("commands", "printing", "exits", "quiet", "app")
    assert commands == str([f"idetex_plugin.cli.{name}" for name in lean])


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_of_the_table_is_there_and_has_help(name: str) -> None:
    assert callable(import_module(f"idetex_plugin.cli.{name.replace('-', '_')}").command)
    result = CliRunner().invoke(app, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert f"Usage: idetex {name}" in result.output.replace("root", "idetex")


def test_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).output == f"idetex-plugin {__version__}\n"


def test_wrong_words_do_not_move_the_cursor() -> None:
    result = CliRunner().invoke(app, ["gate", "--url", "esc\x1b[31mred"])
    assert result.exit_code == 2
    assert "esc\\x1b[31mred" in result.output
    assert "\x1b" not in CliRunner().invoke(app, ["gate", "--no-such\x1b[31m"]).output


def test_logs_and_warnings_of_libraries(tmp_path: Path) -> None:
    code = (
        "import logging, sys, warnings; from idetex_plugin.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "logging.getLogger('idetex_plugin.x').warning('esc\\x1b[31mred.jpg')\n"
        "warnings.warn('soon', FutureWarning)\n"
        "from PIL import Image\n"
        "Image._decompression_bomb_check((12000, 12000))\n"
        "warnings.warn('mine', RuntimeWarning)"
    )
    done = subprocess.run([sys.executable, "-c", code, "models"], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[0] == "esc\\x1b[31mred.jpg"
    assert "soon" not in done.stderr and "Decompression" not in done.stderr
    assert "RuntimeWarning: mine" in done.stderr


def test_unknown_commands_are_wrong_use() -> None:
    result = CliRunner().invoke(app, ["asses"])
    assert result.exit_code == 2
    assert "No such command 'asses'" in result.output


def subcommands(command: Any, context: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command and group below one."""
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        yield (*path, name)
        if hasattr(below, "list_commands"):
            yield from subcommands(below, context, (*path, name))


def test_all_help_looks_alike() -> None:
    group = get_command(app)
    found = list(subcommands(group, group.context_class(group)))
    assert ("bench", "synth") in found and ("plugins", "new") in found
    for words in found:
        for option in ("--help", "-h"):
            result = CliRunner().invoke(app, [*words, option])
            assert result.exit_code == 0, words
            assert result.output.startswith("Usage: "), words
            assert "--install-completion" not in result.output and not set("─│╭") & set(result.output), words
        wrong = CliRunner().invoke(app, [*words, "--no-such-option"])
        assert wrong.exit_code == Exit.USAGE and not set("─│╭") & set(wrong.output), words


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="needs a device that is always full")
def test_an_output_on_a_full_disk_is_code_4_in_words() -> None:
    command = [sys.executable, "-m", "idetex_plugin", "models", "--json"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (4, "idetex: the output cannot be written: No space left on device\n")
