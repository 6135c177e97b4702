"""From a trained model and its tokenizer to the folder that vLLM and transformers load without remote code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import Idefics3Processor
from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil

from idetex_plugin.cards.files import FILE_NAME, write_card
from idetex_plugin.dialects import nano
from idetex_plugin.lab.training.card import card_of
from idetex_plugin.lab.training.config import TrainConfig
from idetex_plugin.lab.training.tokenizer import EOS, PAD, UTTERANCE

CHAT_TEMPLATE = (
    "{% for message in messages %}{% if message['role'] == 'assistant' %}" + nano.ANSWER + "{% endif %}"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}" + nano.ANSWER + "{% endif %}"
)


def export(
    model: Any, tokenizer: Any, config: TrainConfig, recipes: Sequence[str], steps: dict[str, int], folder: Path
) -> None:
    """Write weights (bfloat16 safetensors), tokenizer, processor, card, and `training.json`.

    recipes: the hash of this recipe, after those of the checkpoints that it goes on from. What is written names no
    folder of this machine."""
    side = {"longest_edge": config.architecture.image_size}
    pixels = Idefics3ImageProcessorPil(
        do_resize=False, size=side, max_image_size=side, do_image_splitting=False, do_pad=True,
        image_mean=[0.5] * 3, image_std=[0.5] * 3,
    )
    processor = Idefics3Processor(
        pixels, tokenizer, image_seq_len=config.architecture.cells**2, chat_template=CHAT_TEMPLATE
    )
    ends = [tokenizer.convert_tokens_to_ids(token) for token in (EOS, UTTERANCE)]
    model.generation_config.update(
        do_sample=False, eos_token_id=ends, bos_token_id=tokenizer.bos_token_id,
        pad_token_id=tokenizer.convert_tokens_to_ids(PAD),
    )
    processor.save_pretrained(folder)
    model.to(torch.bfloat16).save_pretrained(folder)
    write_card(card_of(config, checkpoint=".", name=folder.parent.name), folder / FILE_NAME)
    told = config.model_copy(
        update={
            "split": None if config.split is None else Path(config.split.name),
            "start": None if config.start is None else Path(config.start).name,
        }
    )
    record = {"recipe": recipes[-1], "after": recipes[:-1], "steps": steps, "config": told.model_dump(mode="json")}
    (folder / "training.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
