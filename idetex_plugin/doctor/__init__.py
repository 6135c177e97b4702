"""What is installed, which engine would run and why, what is missing or broken, and the command that fixes it."""

from idetex_plugin.doctor.examination import examine
from idetex_plugin.doctor.repair import fix
from idetex_plugin.doctor.report import CardNeeds, Fault, Package, Report
from idetex_plugin.doctor.view import card_lines, render

__all__ = ["CardNeeds", "Fault", "Package", "Report", "card_lines", "examine", "fix", "render"]
