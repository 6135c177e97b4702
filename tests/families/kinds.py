"""The families that are tried: a built-in card each, and what builds a tiny checkpoint of its architecture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from families import qwen


@dataclass(frozen=True, slots=True)
class Family:
    """build: writes the checkpoint into a folder. thinks: what its chat template is told so that it thinks; empty for a
    family whose template cannot be told."""

    title: str
    card: str
    build: Callable[[Path], None]
    thinks: Mapping[str, bool] = field(default_factory=dict)


FAMILIES = {
    "qwen3-vl": Family("Qwen3-VL", "qwen3-vl-8b", qwen.qwen3_vl),
    "qwen2.5-vl": Family("Qwen2.5-VL", "qwen2.5-vl-7b", qwen.qwen2_5_vl),
    "qwen2-vl": Family("Qwen2-VL", "qwen2-vl-vida", qwen.qwen2_vl),
}
