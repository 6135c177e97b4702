"""The commands: name to the line in `idetex --help`. NAME is `command` in the module `idetex_plugin.cli.NAME`."""

from __future__ import annotations

COMMANDS: dict[str, str] = {
    "assess": "Assess photographs into a run folder.",
    "report": "Write the HTML page of a run.",
    "export": "Export a run as JSON lines, CSV or Parquet.",
    "duplicates": "Group the photos of a run that look nearly the same.",
    "merge": "Merge runs that were assessed in parts into one.",
    "missing": "List the photos of a run that are gone.",
    "prune": "Remove rows of a run whose photos are gone, or that cannot be read.",
    "gate": "Judge whether compressed photos may ship.",
    "tune": "Find the smallest file of a photo that may ship.",
    "serve": "Assess and judge photos over HTTP.",
    "models": "List the checkpoints that are known by name.",
    "plugins": "List the plugins, or write a package to start one from.",
    "fiftyone": "Put the plugin into the FiftyOne App, or take it away.",
    "serve-command": "Print the line that serves a model with vLLM.",
    "doctor": "Say what is installed, which engine will run, and what is missing.",
    "bench": "Measure how much a model sees, on photographs damaged in known ways.",
    "score": "Score a submission by a challenge's rules.",
    "submit": "Write a run as a challenge's submission.",
    "synth": "Damage photographs in known ways, as training data.",
    "augment": "Multiply labelled images as training data.",
    "train": "Train a checkpoint from photographs.",
    "finetune": "Tune a large checkpoint on labelled conversations.",
}
