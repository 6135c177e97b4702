"""Puts the plugin into FiftyOne's plugins folder and takes it away again."""

from __future__ import annotations

import shutil
from pathlib import Path

from idetex_plugin.words.extras import extra

SHIM = Path(__file__).parent / "shim"
BUNDLE = "keys.js"
"""FiftyOne loads one script of a plugin: all of ours are written into it."""
FOLDER = "idetex"


def _files() -> dict[str, bytes]:
    scripts = sorted(SHIM.glob("*.js"))
    others = [path for path in SHIM.iterdir() if path.is_file() and path not in scripts]
    return {path.name: path.read_bytes() for path in others} | {BUNDLE: b"\n".join(map(Path.read_bytes, scripts))}


FILES = _files()
"""What is installed, by name."""


def plugins_folder() -> Path:
    """Where FiftyOne looks for plugins. Raises MissingExtraError when FiftyOne is not installed."""
    with extra("fiftyone", "idetex fiftyone"):
        import fiftyone

    return Path(fiftyone.config.plugins_dir)


def install(plugins: Path) -> Path:
    """Write the plugin's folder below this one and return it. Done again, it brings the files up to date.

    The files only load the installed package. Raises FileExistsError when the folder holds something else.
    """
    folder = plugins / FOLDER
    _check_ours(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


def is_current(plugins: Path) -> bool:
    """Whether the plugin's files are those of the installed package. True where there are none: it is loaded from
    elsewhere."""
    installed = [path for path in (plugins / FOLDER / name for name in FILES) if path.is_file()]
    return all(path.read_bytes() == FILES[path.name] for path in installed)


def uninstall(plugins: Path) -> Path | None:
    """Remove the plugin's folder and return it, or None if it was not there. FileExistsError as for `install`."""
    folder = plugins / FOLDER
    _check_ours(folder)
    if not folder.exists():
        return None
    shutil.rmtree(folder)
    return folder


def _check_ours(folder: Path) -> None:
    if not folder.exists():
        return
    strange = [path.name for path in folder.iterdir() if path.name not in (*FILES, "__pycache__")]
    if strange:
        raise FileExistsError(f"{folder} holds {', '.join(sorted(strange))}, which the plugin did not write")
