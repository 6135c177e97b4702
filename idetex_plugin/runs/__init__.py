"""The run folder: every photo's row, written as it comes, continued after any stop."""

from idetex_plugin.runs.rows import Row
from idetex_plugin.runs.schema import RunError, StorageError
from idetex_plugin.runs.store import Run

__all__ = ["Row", "Run", "RunError", "StorageError"]
