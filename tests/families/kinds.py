"""The families that are tried: a built-in card each, and what builds a tiny checkpoint of its architecture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from families import qwen, thinkers, tiles


@dataclass(frozen=True, slots=True)
class Family:
    """build: writes the checkpoint into a folder. thinks: what its chat template is told so that it thinks; empty for a
    family whose template cannot be told. dtype: what it computes in; vLLM's linear attention on CPUs knows one alone.
    """

    title: str
    card: str
    build: Callable[[Path], None]
    thinks: Mapping[str, bool] = field(default_factory=dict)
    dtype: str = "float32"


THINKS = {"enable_thinking": True}
FAMILIES = {
    "qwen3-vl": Family("Qwen3-VL", "qwen3-vl-8b", qwen.qwen3_vl),
    "qwen3-vl-moe": Family("Qwen3-VL, experts", "qwen3-vl-30b-a3b", qwen.qwen3_vl_moe),
    "qwen3.5": Family("Qwen3.5", "qwen3.5-4b", qwen.qwen3_5, THINKS, "bfloat16"),
    "qwen3.5-moe": Family("Qwen3.5, experts", "qwen3.5-35b-a3b", qwen.qwen3_5_moe, THINKS, "bfloat16"),
    "qwen2.5-vl": Family("Qwen2.5-VL", "qwen2.5-vl-7b", qwen.qwen2_5_vl),
    "q-insight": Family("Qwen2.5-VL, tuned for rating", "q-insight", qwen.qwen2_5_vl),
    "qwen2-vl": Family("Qwen2-VL", "qwen2-vl-vida", qwen.qwen2_vl),
    "internvl": Family("InternVL3.5", "internvl3.5-8b", tiles.internvl),
    "internvl-moe": Family("InternVL3.5, experts", "internvl3.5-30b-a3b", tiles.internvl_moe),
    "smolvlm": Family("SmolVLM2", "smolvlm2-2.2b", tiles.smolvlm),
    "llava-onevision": Family("LLaVA-OneVision", "q-sit", tiles.llava_onevision),
    "minicpm-v": Family("MiniCPM-V 4.6", "minicpm-v-4.6", tiles.minicpm_v, dtype="bfloat16"),
    "glm-4.6v": Family("GLM-4.6V", "glm-4.6v-flash", thinkers.glm_4_6v, THINKS),
    "glm-4.5v": Family("GLM-4.5V, experts", "glm-4.5v", thinkers.glm_4_5v, THINKS),
    "gemma-4": Family("Gemma 4", "gemma-4-e4b", thinkers.gemma_4_e, THINKS),
    "gemma-4-moe": Family("Gemma 4, experts", "gemma-4-26b-a4b", thinkers.gemma_4_moe, THINKS),
    "gemma-4-first": Family("Gemma 4, first template", "gemma-4-e4b", thinkers.gemma_4_e_first, THINKS),
}
