"""The bare base: what is there without any extra, and what asks for the extras."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OTHERS_OF_THE_EXTRA = {"cpu": {"vllm"}, "train": {"cv2"}, "eval": {"cv2"}}
"""Top-level modules whose names are not those of the packages that bring them."""


@dataclass(frozen=True)
class Wish:
    """A command that needs an extra. RUN is a run folder, TMP an empty one."""

    extra: str
    command: str

    def arguments(self, run: Path, folder: Path) -> list[str]:
        """The words of the command."""
        return [word.replace("RUN", str(run)).replace("TMP", str(folder)) for word in self.command.split()]


WISHES = (
    Wish("local", "assess demo --engine transformers --out TMP/run"),
    Wish("cpu", "assess demo --engine vllm --out TMP/run"),
    Wish("cpu", "assess demo --out TMP/run"),
    Wish("parquet", "export RUN --format parquet --out TMP/rows.parquet"),
    Wish("duplicates", "duplicates RUN"),
    Wish("fiftyone", "fiftyone install"),
    Wish("fiftyone", "fiftyone labels photos --field truth --out TMP/labels.csv"),
    Wish("train", "train recipe.toml --photos demo --out TMP/out"),
    Wish("train", "finetune qwen3-vl --data demo --out TMP/out"),
    Wish("train", "synth demo --out TMP/out"),
    Wish("eval", "bench synth --photos demo"),
    Wish("eval", "bench vida --data demo"),
    Wish("eval", "bench labelled --labels labels.csv"),
    Wish("eval", "score mipi2025 --submission demo --truth demo"),
    Wish("eval", "tune demo/camera.jpg --plot TMP/curve.png"),
)


def packages_of(extra: str) -> set[str]:
    """The distributions that the extra names, and those of the extras that it contains."""
    names = set()
    for line in PROJECT["optional-dependencies"][extra]:
        requirement = Requirement(line)
        if requirement.name == PROJECT["name"]:
            names |= {name for inner in requirement.extras for name in packages_of(inner)}
        else:
            names.add(requirement.name)
    return names


def base_modules() -> set[str]:
    """Top-level modules of the base's packages and all that they require."""
    wanted, todo = set(), [Requirement(line) for line in PROJECT["dependencies"]]
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        if name in wanted or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        wanted.add(name)
        todo += map(Requirement, metadata.requires(name) or ())
    return {
        module
        for module, owners in metadata.packages_distributions().items()
        if wanted & set(map(canonicalize_name, owners))
    }


BLOCK = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if path is None and name in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
BLOCKED = set(%r)
sys.meta_path.insert(0, Absent())
"""


def in_bare_base(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process in which only the base's packages can be imported."""
    ours = {"idetex_plugin", "idetex_fiftyone", "idetex_ray"}
    blocked = sorted(set(metadata.packages_distributions()) - base_modules() - ours)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "integrations")))}
    return subprocess.run(
        [sys.executable, "-c", BLOCK % blocked + code, *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
