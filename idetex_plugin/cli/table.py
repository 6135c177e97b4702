"""The commands: name to the line in `idetex --help`. NAME is `command` in the module `idetex_plugin.cli.NAME`."""

from __future__ import annotations

COMMANDS: dict[str, str] = {
    "assess": "Assess photographs into a run folder.",
    "report": "Write the HTML page of a run.",
    "export": "Export a run as JSON lines, CSV or Parquet.",
    "models": "List the checkpoints that are known by name.",
    "train": "Train a checkpoint from photographs.",
}
