"""A plugin package to start from: `write_package`."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from string import Template

from idetex_plugin import __version__

NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
FILES = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "plugin.py": "idetex_{module}.py",
    "test_plugin.py": "tests/test_idetex_{module}.py",
}


def write_package(name: str, folder: Path) -> Path:
    """Write the package `idetex-NAME` into this folder, and return where it is.

    Raises ValueError for a name that is not made of small letters, digits and hyphens, FileExistsError when the
    package is there already, and other OSError when it cannot be written.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for a plugin: small letters, digits and hyphens, such as night-sky")
    name = name.replace("_", "-")
    values = {"name": name, "module": name.replace("-", "_"), "version": __version__}
    package = folder / f"idetex-{name}"
    package.mkdir(parents=True)
    for source, target in FILES.items():
        text = (files(__package__) / "files" / f"{source}.in").read_text("utf-8")
        path = package / target.format(**values)
        path.parent.mkdir(exist_ok=True)
        path.write_text(Template(text).substitute(values), encoding="utf-8")
    return package
