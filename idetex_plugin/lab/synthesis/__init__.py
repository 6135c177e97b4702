"""Synthetic distortions with known boxes and severities."""

from idetex_plugin.lab.synthesis.canvas import Sample
from idetex_plugin.lab.synthesis.compose import Recipe, Synthesizer, cell_targets

__all__ = ["Recipe", "Sample", "Synthesizer", "cell_targets"]
