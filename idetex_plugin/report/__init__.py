"""The page that people look at: every photo with its damage drawn, to filter, sort and read, offline."""

from idetex_plugin.report.page import write_report
from idetex_plugin.report.pictures import Originals

__all__ = ["Originals", "write_report"]
