"""Going on from a checkpoint that a recipe made before, such as the embedded one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from transformers import AutoTokenizer, Idefics3ForConditionalGeneration

from idetex_plugin.cards.registry import get_card
from idetex_plugin.engines.prompts import checkpoint_of
from idetex_plugin.lab.training.config import TrainConfig
from idetex_plugin.lab.training.model import Architecture
from idetex_plugin.words.digest import digest
from idetex_plugin.words.record import in_words


def like_start(config: TrainConfig) -> TrainConfig:
    """The recipe with the architecture and bins of the checkpoint it starts from, if any; with more views, if it has
    more. Raises ValueError."""
    if config.start is None:
        return config
    try:
        known = _record(config.start)["config"]
        architecture, bins = Architecture.model_validate(known["architecture"]), int(known["bins"])
    except (OSError, ValueError, KeyError, ValidationError) as fault:
        raise ValueError(f"{config.start}: no record of how this checkpoint was trained: {in_words(fault)}") from fault
    views = max(architecture.views, config.architecture.views)
    architecture = architecture.model_copy(update={"views": views})
    return config.model_copy(update={"architecture": architecture, "bins": bins})


def history(config: TrainConfig) -> list[str]:
    """The hashes of the recipes that made the checkpoint it starts from, the first one first."""
    if config.start is None:
        return []
    known = _record(config.start)
    return [*known.get("after", []), known["recipe"]]


def start_record(config: TrainConfig) -> str | None:
    """A digest of how the checkpoint was trained that it starts from, if any."""
    return None if config.start is None else digest(json.dumps(_record(config.start), sort_keys=True))


def load_start(config: TrainConfig) -> tuple[Any, Any]:
    """Model (float32) and tokenizer of the checkpoint that the recipe starts from."""
    folder = _folder(config.start or "")
    model: Any = Idefics3ForConditionalGeneration.from_pretrained(
        folder, dtype=torch.float32, use_safetensors=True, trust_remote_code=False
    )
    for part in (model.config.vision_config, model.config.text_config):
        part.dtype = None
    return model, AutoTokenizer.from_pretrained(folder, trust_remote_code=False)


def _record(start: str) -> dict[str, Any]:
    known: dict[str, Any] = json.loads((_folder(start) / "training.json").read_text(encoding="utf-8"))
    return known


def _folder(start: str) -> Path:
    return Path(checkpoint_of(get_card(start)))
