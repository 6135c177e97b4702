"""What is installed, which engine would run and why, what is missing or broken, and the command that fixes it."""

from idetex_plugin.doctor.examination import examine
from idetex_plugin.doctor.repair import fix
from idetex_plugin.doctor.report import Fault, Package, Report
from idetex_plugin.doctor.view import render

__all__ = ["Fault", "Package", "Report", "examine", "fix", "render"]
