"""What the engines run on: quiet offline settings, the number format, and packages that would break the import."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

COMPANIONS = ("torchvision", "torchaudio", "torchcodec")
FORMATS = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}
"""Number formats by their short names."""
BF16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})
SETTINGS = {
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_LOGGING_LEVEL": "ERROR",
    "TRANSFORMERS_VERBOSITY": "error",
    "TOKENIZERS_PARALLELISM": "false",
    "TORCH_CPP_LOG_LEVEL": "ERROR",
}


def settle() -> tuple[str, ...]:
    """Prepare this process for an engine; to be called before vllm or transformers is imported. Idempotent.

    Sets the environment variables of `SETTINGS` that the user has not set, and hides `broken_companions()` from the
    import system of this process: importing them could only fail, and the engines do without them. Where numba has been
    imported, `open_llvmlite()`. Returns the hidden packages.
    """
    open_llvmlite()
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    hidden = broken_companions()
    for name in hidden:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    return hidden


def open_llvmlite() -> None:
    """Let llvmlite's handle of its library, if it is loaded, have an empty `__dict__`.

    vLLM looks into `vars()` of everything in every loaded module. The handle answers any name with a C function, also
    `__dict__`, and vLLM would not start in a process in which numba was imported before.
    """
    ffi = sys.modules.get("llvmlite.binding.ffi")
    known = getattr(getattr(ffi, "lib", None), "_fntab", None)
    if isinstance(known, dict):
        known["__dict__"] = {}


def broken_companions() -> tuple[str, ...]:
    """Installed torch companions that are linked to CUDA while torch is not, so that importing them fails.

    Read from the packages' version files; nothing is imported.
    """
    torch = version_file("torch")
    if torch is None or not re.search(r"^cuda\b.*=\s*None\s*$", torch, re.MULTILINE):
        return ()
    return tuple(name for name in COMPANIONS if re.search(r"__version__ = '[^']*\+cu\d", version_file(name) or ""))


def version_file(package: str) -> str | None:
    """The text of the package's version.py, or None if the package is not installed or has none."""
    for entry in sys.path:
        path = Path(entry or ".") / package / "version.py"
        if path.is_file():
            return path.read_text(encoding="utf-8", errors="replace")
    return None


def cpu_flags() -> frozenset[str]:
    """The processor's feature names as Linux spells them; empty where they cannot be read."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return frozenset()
    line = re.search(r"^(?:flags|Features)\s*:(.*)$", text, re.MULTILINE)
    return frozenset(line.group(1).split()) if line else frozenset()


def pick_device(device: str = "auto") -> str:
    """ "cuda" or "cpu": the wish, or CUDA where torch sees a usable one. Imports torch."""
    if device != "auto":
        return device
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def check_dtype(dtype: str) -> None:
    """Raises ValueError for what `pick_dtype` does not take."""
    if dtype not in {"auto", *FORMATS, *FORMATS.values()}:
        raise ValueError(f"dtype {dtype!r} is not one of auto, {', '.join(FORMATS.values())}")


def pick_dtype(dtype: str, device: str) -> str:
    """ "float32", "bfloat16" or "float16". "auto" is bfloat16 where the device computes in it, else the next best.

    That is: CUDA from compute capability 8.0 (float16 below), CPUs with AVX-512 BF16 or AMX (float32 on others).
    Raises ValueError for another name.
    """
    check_dtype(dtype)
    if dtype != "auto":
        return FORMATS.get(dtype, dtype)
    if device == "cpu":
        return "bfloat16" if cpu_flags() & BF16_FLAGS else "float32"
    import torch

    return "bfloat16" if torch.cuda.get_device_capability()[0] >= 8 else "float16"
