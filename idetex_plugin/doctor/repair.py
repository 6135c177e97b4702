"""Removing packages that can only break others."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib import metadata

from idetex_plugin.doctor.report import Report
from idetex_plugin.engines.runtime import broken_companions


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


def has_pip() -> bool:
    """Whether this environment has pip, by its metadata.

    Looking for the module itself would make setuptools leave `distutils` to Python for the rest of the process, in
    which vllm cannot be imported any more.
    """
    try:
        metadata.version("pip")
    except metadata.PackageNotFoundError:
        return False
    return True


def uninstall(names: tuple[str, ...]) -> list[str]:
    """The command that uninstalls packages from this interpreter's environment: pip, or uv where there is no pip."""
    if not has_pip() and (uv := shutil.which("uv")):
        return [uv, "pip", "uninstall", "--python", sys.executable, *names]
    return [sys.executable, "-m", "pip", "uninstall", "--yes", *names]
