"""The list of commands: name to the line that `idetex --help` shows. `NAME` is `command` in `idetex_plugin.cli.NAME`."""

from __future__ import annotations

COMMANDS: dict[str, str] = {
    "assess": "Assess photographs into a run folder.",
    "report": "Write the HTML page of a run.",
    "export": "Export a run as JSON lines, CSV or Parquet.",
}
