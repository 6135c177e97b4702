"""The Typer application: a group that imports a command's module only when that command is run."""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from idetex_plugin import __version__
from idetex_plugin.cli.commands import COMMANDS
from idetex_plugin.cli.exits import Exit, stop
from idetex_plugin.cli.printing import printable
from idetex_plugin.cli.quiet import be_quiet
from idetex_plugin.words.extras import MissingExtraError

SETTINGS: dict[str, Any] = {
    "add_completion": False,
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}


UsageError: type[Any] = typer.BadParameter.__mro__[1]
"""What every wrong option or argument raises; Typer does not export it."""


class LazyGroup(TyperGroup):
    """Lists commands from the table, and builds one from its module when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, or None if the table has no such name."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"idetex_plugin.cli.{cmd_name.replace('-', '_')}").command
        if not isinstance(command, typer.Typer):
            single = typer.Typer(**SETTINGS)
            single.command(cmd_name, help=command.__doc__)(command)
            command = single
        built = get_command(command)
        built.name = cmd_name
        return built

    def invoke(self, ctx: Any) -> Any:
        """Run the command; where a package of an extra is absent, say which command brings it.

        A reader of the output that has gone is no fault. What is left then goes nowhere ("Note on SIGPIPE" of Python's
        manual), as where the disk is full that the output goes to.
        """
        try:
            return super().invoke(ctx)
        except MissingExtraError as error:
            stop(error)
        except UsageError as error:
            error.message = printable(error.message)
            raise
        except BrokenPipeError:
            _drop_output()
            raise typer.Exit(Exit.UNREAD) from None
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            _drop_output()
            stop(f"the output cannot be written: {error.strerror}", Exit.STORAGE)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the table into the help without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


app = typer.Typer(cls=LazyGroup, no_args_is_help=True, **SETTINGS)


def _drop_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"idetex-plugin {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Explainable image-quality assessment: where a photo is damaged, answers about it, and a description."""
    be_quiet()


def run() -> None:
    """Run the command line of this process."""
    app(prog_name="idetex")
