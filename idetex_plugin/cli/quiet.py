"""What libraries say beside a command: no warnings meant for programmers, and logs without controls of a terminal."""

from __future__ import annotations

import logging
import sys
import warnings

from idetex_plugin.cli.printing import printable


class PrintableFormatter(logging.Formatter):
    """The usual format, with controls in it as escapes."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        return printable(super().format(record), lines=True)


def be_quiet() -> None:
    """Pass over Pillow's warnings and those of coming changes, unless Python's own options ask for warnings.

    Failures of photos name what Pillow warns of. Processes that compare photos do the same, see `gating.workers`.
    """
    if not sys.warnoptions:
        warnings.filterwarnings("ignore", module=r"PIL\.")
        warnings.filterwarnings("ignore", category=FutureWarning)
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(PrintableFormatter())
