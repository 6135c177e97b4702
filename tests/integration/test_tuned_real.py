"""From a review to a checkpoint of one's own: records, adapters, the adapter served beside its base, photos assessed.

The base is a tiny random Qwen3-VL. What people said is learned by `idetex finetune`, whose adapter a real vLLM server
serves by the line of `idetex serve-command`; the merged checkpoint says the same in this process.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from families import borrowed
from families.kinds import FAMILIES
from PIL import Image
from vllm_server import free_port, running

from idetex_plugin import Run
from idetex_plugin.cards.registry import get_card
from idetex_plugin.engines.serving import serve_command

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("mongo")]
pytest.importorskip("vllm")

ROOT = Path(__file__).parents[2]
CARD = """
name = "base"
title = "Tiny Qwen3-VL"
dialect = "json"
min_pixels = 65536
max_pixels = 131072
pixel_multiple = 32
max_model_len = 4096
"""
RECIPE = """
card = {base!r}
epochs = 2
batch = 4
micro_batch = 2
rate = 0.01
bf16 = false
workers = 0
warmup = 0

[lora]
rank = 8
alpha = 16
on = "{on}"
"""
TOLD = ("grounding", "perception")
CLOSE = 1e-3


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    try:
        found = borrowed.environment()
    except borrowed.MissingError as error:
        pytest.skip(str(error))
    paths = [str(ROOT), str(ROOT / "tests"), found["PYTHONPATH"]]
    return {**found, "PYTHONPATH": os.pathsep.join(paths), "HF_HUB_OFFLINE": "1", "VLLM_CPU_KVCACHE_SPACE": "1"}
