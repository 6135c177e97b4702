"""Packages that the processors of most families import, in a folder of their own, for processes that ask for them.

PyTorch's own index has a torchvision for every PyTorch. Elsewhere there may be none but the one linked to CUDA, which
cannot be imported beside a PyTorch for the CPU: its operators are missing, and it tells how two of them act. Processors
need none of its operators. So the tests put a copy of it into a folder of the user's cache, take its compiled parts out
and declare those two. Nothing is installed into the environment; a process has the folder when it is on its PYTHONPATH.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from idetex_plugin.doctor.needs import requirement
from idetex_plugin.engines.runtime import broken_companions

MORE = ("num2words==0.5.14", "docopt==0.6.2")
SCHEMAS = '''"""Declarations of the operators that are named where this package is imported."""

import torch

LIBRARY = torch.library.Library("torchvision", "DEF")
LIBRARY.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
LIBRARY.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
'''


class MissingError(RuntimeError):
    """The packages cannot be had here; the message says why."""


def environment() -> dict[str, str]:
    """This process's environment, in which the processors' packages can be imported. Raises MissingError."""
    paths = [os.environ.get("PYTHONPATH", "")]
    if not _installed():
        paths.insert(0, str(_folder()))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def _installed() -> bool:
    names = ("torchvision", "num2words")
    return all(find_spec(name) for name in names) and "torchvision" not in broken_companions()


def _folder() -> Path:
    torch = metadata.version("torch")
    wanted = requirement("torchvision", {"torch": torch.partition("+")[0]})
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "idetex" / "tests"
    folder = cache / wanted.replace("==", "-")
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as place:
            made = Path(place) / "made"
            _fetch(made, wanted)
            _take_out_compiled_parts(made / "torchvision")
            shutil.move(made, folder)
    return folder


def _fetch(folder: Path, torchvision: str) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--retries", "1", "--timeout", "20"]
    command += ["--target", str(folder), torchvision, *MORE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MissingError(f"{torchvision} cannot be had: {done.stderr.strip().splitlines()[-1]}")


def _take_out_compiled_parts(package: Path) -> None:
    for library in package.glob("*.so"):
        library.unlink()
    shutil.rmtree(package.parent / "torchvision.libs", ignore_errors=True)
    (package / "_schemas.py").write_text(SCHEMAS)
    first = package / "_meta_registrations.py"
    first.write_text(f"import torchvision._schemas\n{first.read_text()}")
    version = package / "version.py"
    version.write_text(version.read_text().replace("+cu", "+without.cu"))
