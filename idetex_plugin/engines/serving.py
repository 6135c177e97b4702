"""The command that serves a card's checkpoint with vLLM, so that the server engine gets what it asks for."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from idetex_plugin.engines.prompts import checkpoint_of
from idetex_plugin.engines.runtime import pick_dtype
from idetex_plugin.words.card import Card

STRUCTURED = {"backend": "xgrammar", "disable_any_whitespace": True}
CPU_CACHE_GIB = {"embedded": 1, "other": 4}
# Requests about one photo share whole blocks of their prompts. vLLM's own 128 would leave a third of the embedded
# checkpoint's image tokens to be computed for each of them.
CPU_BLOCK = 64
LORA_RANKS = (16, 32, 64, 128, 256, 320, 512)
VISION = re.compile(r"\.(visual|vision\w*|multi_modal_projector|connector|merger|embed_vision)\.")
HOST, PORT = "127.0.0.1", 8000
MODULE = "vllm.entrypoints.openai.api_server"


def cache_gib(card: Card) -> int:
    """Memory for the keys and values of running requests on a CPU, in GiB."""
    return CPU_CACHE_GIB["embedded" if card.embedded else "other"]


def images_per_prompt(card: Card) -> dict[str, int]:
    """What one prompt holds: as many images as the card shows of a photo, and no video, for which vLLM would otherwise
    keep room."""
    return {"image": card.view_count, "video": 0}


def serve_command(
    card: Card, *, host: str = HOST, port: int = PORT, gpus: int = 1, cpu: bool = False,
    adapters: Sequence[str] = (),
) -> list[str]:
    """The command and its arguments.

    gpus: on how many of them the model is spread; the image encoder then runs on each of them with other images.
    cpu: for the build for CPUs, whose command is a module of Python, with the settings that suit it.
    adapters: LoRA adapters, as NAME=FOLDER, each served under its name.
    Raises FileNotFoundError when the embedded checkpoint is missing.
    """
    checkpoint = checkpoint_of(card)
    command = ["python", "-m", MODULE, "--model", checkpoint] if cpu else ["vllm", "serve", checkpoint]
    options = {
        "--served-model-name": card.name if card.embedded else checkpoint,
        "--host": host,
        "--port": str(port),
        "--max-model-len": str(card.max_model_len),
        "--limit-mm-per-prompt": json.dumps(images_per_prompt(card)),
        "--structured-outputs-config": json.dumps(STRUCTURED),
        "--load-format": "safetensors",
    }
    command += [part for pair in options.items() for part in pair] + ["--enable-prefix-caching"]
    if adapters:
        command += ["--enable-lora", "--max-lora-rank", str(_rank(adapters))]
        command += ["--enable-tower-connector-lora"] if any(map(_adapts_vision, adapters)) else []
        command += ["--lora-modules", *adapters]
    if cpu:
        command += ["--dtype", pick_dtype("auto", "cpu"), "--block-size", str(CPU_BLOCK), "--enforce-eager"]
    elif gpus > 1:
        command += ["--tensor-parallel-size", str(gpus), "--mm-encoder-tp-mode", "data"]
    return command


def _rank(adapters: Sequence[str]) -> int:
    """The least rank that vLLM can be told which all these adapters have room in; its own default where none says."""
    wanted = [LORA_RANKS[0]]
    for adapter in adapters:
        try:
            described = json.loads((Path(adapter.partition("=")[2]) / "adapter_config.json").read_text("utf-8"))
            wanted.append(int(described["r"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return next((rank for rank in LORA_RANKS if rank >= max(wanted)), max(wanted))


def _adapts_vision(adapter: str) -> bool:
    """Whether an adapter has weights for the part that sees, which vLLM leaves out unless told; False where it has no
    weights to look at."""
    try:
        with (Path(adapter.partition("=")[2]) / "adapter_model.safetensors").open("rb") as file:
            names = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    except (OSError, ValueError):
        return False
    return any(VISION.search(name) for name in names)


def serve_line(command: Sequence[str], environment: dict[str, str] | None = None) -> str:
    """The command as a line for a shell, after the settings of its environment."""
    settings = (f"{name}={shlex.quote(value)}" for name, value in (environment or {}).items())
    return " ".join([*settings, shlex.join(command)])


def serve_environment(card: Card, *, cpu: bool) -> dict[str, str]:
    """What to set in the environment of the command."""
    return {"VLLM_CPU_KVCACHE_SPACE": str(cache_gib(card))} if cpu else {}


def has_cpu_build() -> bool:
    """Whether the installed vLLM is the build for CPUs."""
    try:
        metadata.version("vllm-cpu")
    except metadata.PackageNotFoundError:
        return False
    return True
