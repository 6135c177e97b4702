"""The command line. `main` is the entry point of `idetex`.

To add a command: write `idetex_plugin/cli/NAME.py` with a public `command` (a function with Typer annotations, or a
`typer.Typer` for a group of commands), and add one line to `COMMANDS` in `cli/table.py`. A command's module is imported
only when that command is run, and should itself import heavy packages inside its functions.
"""

from __future__ import annotations


def main() -> None:
    """Run the command line of this process and exit with a code of `cli.exits.Exit`."""
    from idetex_plugin.cli.app import run

    run()
