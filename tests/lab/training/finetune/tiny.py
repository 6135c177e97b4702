"""A tiny Qwen3-VL with random weights, its processor, and conversations about two small images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers import AutoProcessor, ProcessorMixin, Qwen3VLConfig
from transformers.models.qwen3_vl.processing_qwen3_vl import Qwen3VLProcessor

from idetex_plugin.lab.data.augment.instructions import Teller
from idetex_plugin.lab.data.vida import write_conversations
from idetex_plugin.lab.data.vida.records import labelled
from idetex_plugin.lab.synthesis import Synthesizer

SPECIAL = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>",
    "<|video_pad|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>",
)  # fmt: skip
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


class PhotoProcessor(Qwen3VLProcessor):
    """Qwen3-VL's processor without its part for videos, which needs torchvision."""

    def __init__(self, image_processor: Any = None, tokenizer: Any = None, chat_template: Any = None, **_: Any) -> None:
        self.image_token, self.video_token = "<|image_pad|>", "<|video_pad|>"
        self.image_token_id, self.video_token_id = tokenizer.convert_tokens_to_ids([self.image_token, self.video_token])
        ProcessorMixin.__init__(self, image_processor, tokenizer, chat_template=chat_template)


AutoProcessor.register(Qwen3VLConfig, PhotoProcessor, exist_ok=True)


def save_tiny(folder: Path) -> None:
    """Write the checkpoint."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen2VLImageProcessorPil, Qwen3VLForConditionalGeneration

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer: Any = trainers.BpeTrainer(
        vocab_size=300, special_tokens=list(SPECIAL), initial_alphabet=alphabet, show_progress=False
    )
    core.train_from_iterator(["What distortion affects this region?"], trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, pad_token=SPECIAL[0], eos_token=SPECIAL[2])
    ids = {word: tokenizer.convert_tokens_to_ids(word) for word in SPECIAL}
    pixels = Qwen2VLImageProcessorPil(patch_size=16, merge_size=2, temporal_patch_size=2)
    PhotoProcessor(pixels, tokenizer, chat_template=TEMPLATE).save_pretrained(folder)
    config = Qwen3VLConfig(
        image_token_id=ids["<|image_pad|>"], video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"], vision_end_token_id=ids["<|vision_end|>"],
        vision_config={
            "depth": 2, "hidden_size": 32, "intermediate_size": 32, "num_heads": 2, "out_hidden_size": 32,
            "num_position_embeddings": 64, "deepstack_visual_indexes": [0],
        },
        text_config={
            "vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
            "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 16, "max_position_embeddings": 4096,
            "rope_parameters": {"rope_type": "default", "rope_theta": 1e4, "mrope_section": [4, 2, 2]},
        },
    )  # fmt: skip
    torch.manual_seed(0)
    model = Qwen3VLForConditionalGeneration(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim > 1:
                weight.normal_(std=1.0 if "embed" in name else weight.shape[1:].numel() ** -0.5)
    model.save_pretrained(folder)


def save_talks(folder: Path) -> None:
    """Write images and conversations by sub-task."""
    teller, told = Teller(), {}  # type: ignore[var-annotated]
    for number in range(2):
        rng = np.random.default_rng(number)
        photo = rng.integers(0, 255, (64, 96, 3), np.uint8)
        sample = Synthesizer().sample(photo, rng)
        Image.fromarray(sample.image).save(folder / f"{number}.png")
        for kind, talk in teller.conversations(labelled(f"{number}.png", 96, 64, sample.regions), rng):
            told.setdefault(kind, []).append(talk)
    for kind in ("detection", "mcq"):
        write_conversations(folder / f"{kind}.jsonl", told[kind])
