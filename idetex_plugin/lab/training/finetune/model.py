"""A large checkpoint with adapters, and what each of its weights learns at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForImageTextToText, AutoProcessor

from idetex_plugin.cards.files import FILE_NAME, write_card
from idetex_plugin.lab.training.finetune.config import FinetuneConfig
from idetex_plugin.words.card import Card

LANGUAGE = r".*\.(?:language_model|text_model)\..*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"
BOUNDS = ("doubt", "thresholds", "evidence", "level_pull")
TOWER, MERGER = "visual", "merger"


def load(config: FinetuneConfig, checkpoint: str) -> tuple[Any, Any]:
    """Model and processor of a checkpoint: a folder or a hub id."""
    dtype = torch.bfloat16 if config.bf16 else torch.float32
    model = AutoModelForImageTextToText.from_pretrained(
        checkpoint, dtype=dtype, use_safetensors=True, trust_remote_code=False
    )
    return model, AutoProcessor.from_pretrained(checkpoint, trust_remote_code=False)


def with_adapters(model: Any, config: FinetuneConfig) -> Any:
    """The model with new adapters; tower and merger are kept whole beside them if the recipe trains them.

    Raises ValueError for a model whose vision part is not called "visual", as it is in the Qwen-VL families.
    """
    from peft import LoraConfig, get_peft_model

    whole = [TOWER] if config.vision_rate or config.merger_rate else None
    if whole and not any(name.endswith(f".{TOWER}") for name, _ in model.named_modules()):
        raise ValueError(f"vision_rate and merger_rate need a model with a part called {TOWER!r}")
    lora = config.lora
    made = get_peft_model(
        model,
        LoraConfig(
            r=lora.rank, lora_alpha=lora.alpha, lora_dropout=lora.dropout, modules_to_save=whole,
            target_modules=LANGUAGE if lora.on == "language" else "all-linear", task_type="CAUSAL_LM",
        ),
    )  # fmt: skip
    for name, parameter in made.named_parameters():
        parameter.requires_grad_(parameter.requires_grad and rate_of(name, config) > 0)
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    return made


def rate_of(name: str, config: FinetuneConfig) -> float:
    """The learning rate of a parameter."""
    if "lora_" in name:
        return config.rate
    return config.merger_rate if MERGER in name else config.vision_rate


def groups(model: Any, config: FinetuneConfig) -> list[dict[str, Any]]:
    """Parameter groups for an optimizer: by rate, and without decay for biases and norms."""
    found: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            decay = config.weight_decay if parameter.ndim > 1 else 0.0
            found.setdefault((rate_of(name, config), decay), []).append(parameter)
    return [{"params": each, "lr": rate, "weight_decay": decay} for (rate, decay), each in found.items()]


def merge(config: FinetuneConfig, checkpoint: str, adapter: Path, card: Card, out: Path) -> None:
    """Write the checkpoint with the adapter worked into it, its processor and its card: a folder to assess with."""
    from peft import PeftModel

    model, processor = load(config, checkpoint)
    merged = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
    merged.save_pretrained(out)
    processor.save_pretrained(out)
    write_card(tuned(card, out.parent.name), out / FILE_NAME)


def tuned(card: Card, name: str) -> Card:
    """The card of the tuned checkpoint: it speaks the language of its conversations, and bounds chosen for the replies
    of the one before are left out."""
    update = {
        "name": name, "title": f"{card.title.split(',')[0]}, tuned by `idetex finetune`", "checkpoint": ".",
        "dialect": "vida", "wording": {}, "notes": "",
    }  # fmt: skip
    chosen = {key: Card.model_fields[key].get_default(call_default_factory=True) for key in BOUNDS}
    return card.model_copy(update={**update, **chosen})
