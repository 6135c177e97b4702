"""The list of commands: name to the line that `idetex --help` shows. `NAME` is `command` in `idetex_plugin.cli.NAME`."""

from __future__ import annotations

COMMANDS: dict[str, str] = {
}
