"""What happened to a copy, apart from how well it was coded: found before anything is measured or judged."""

from idetex_plugin.gating.diagnose.compare import comparable
from idetex_plugin.gating.diagnose.side import Side
from idetex_plugin.gating.diagnose.stage import diagnose

__all__ = ["Side", "comparable", "diagnose"]
