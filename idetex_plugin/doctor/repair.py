"""Removing packages that can only break others."""

from __future__ import annotations

import shutil
import subprocess
import sys

from idetex_plugin.doctor.report import Report
from idetex_plugin.engines.runtime import broken_companions, installed


def fix(report: Report) -> tuple[str, ...]:
    """Uninstall the report's broken packages that are still there and still broken. Returns what was removed.

    Nothing happens when there are none, so it may be run again. Raises RuntimeError with the installer's last words
    when they cannot be removed.
    """
    names = tuple(name for name in broken_companions() if name in report.broken)
    if not names:
        return ()
    done = subprocess.run(uninstall(names), capture_output=True, text=True, check=False)
    left = set(broken_companions()) & set(names)
    if done.returncode != 0 or left:
        words = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise RuntimeError(f"cannot remove {', '.join(sorted(left) or names)}: {' '.join(words)}")
    return names


def uninstall(names: tuple[str, ...]) -> list[str]:
    """The command that uninstalls packages from this interpreter's environment: pip, or uv where there is no pip."""
    if not installed("pip") and (uv := shutil.which("uv")):
        return [uv, "pip", "uninstall", "--python", sys.executable, *names]
    return [sys.executable, "-m", "pip", "uninstall", "--yes", *names]
