"""A tiny Idefics3 checkpoint with random weights, saved the way that vLLM and transformers both load."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from idetex_plugin.words.card import Card

IMAGE_SIZE, PATCH, SHUFFLE = 256, 16, 2
SPECIAL = ("<pad>", "<bos>", "<eos>", "<end_of_utterance>", "<fake_token_around_image>", "<global-img>", "<image>")
WORDS = ("bad", "poor", "fair", "good", "excellent", "Noise", "Motion blur", "<detect>", "<answer>")
SENTENCE = "What affects the photo? Out of focus blur, low clarity, overexposure."
TEMPLATE = "<bos>{system}{images}{prompt}<answer>{prefix}"
CHAT_TEMPLATE = (
    "<bos>{% for message in messages %}{% if message['role'] == 'assistant' %}<answer>{% endif %}"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}<answer>{% endif %}"
)


THINK, THOUGHT = "<think>", "</think>"
THINKING_TEMPLATE = (
    "<bos>{% for message in messages %}{% set content %}"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}{% endset %}"
    "{% if message['role'] == 'assistant' %}{% set reasoning = '' %}{% if '</think>' in content %}"
    "{% set reasoning = content.split('</think>')[0].split('<think>')[-1].strip('\n') %}"
    "{% set content = content.split('</think>')[-1].lstrip('\n') %}{% endif %}"
    "<answer><think>\n{{ reasoning }}\n</think>\n\n{{ content }}{% else %}{{ content }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}<answer>"
    "{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n{% else %}<think>\n"
    "{% endif %}{% endif %}"
)
"""In the manner of Qwen3.5: it opens the thinking unless told not to, and rewrites the thinking of what was said."""


def tiny_card(folder: Path, **changes: Any) -> Card:
    """The card of the checkpoint in this folder."""
    values: dict[str, Any] = {
        "name": "tiny", "title": "Tiny random model", "checkpoint": str(folder), "dialect": "nano", "boxes": "bins",
        "bins": 8, "views": "global_detail", "view_size": IMAGE_SIZE, "template": TEMPLATE, "image_token": "<image>",
        "max_model_len": 512,
    }
    return Card(**{**values, **changes})


def tiny_tokenizer(
    more: tuple[str, ...] = (), text: Sequence[str] = (SENTENCE,) * 4, vocabulary: int = 340
) -> Any:
    """Byte-level BPE learnt from a text, whole tokens for some words, and Idefics3's special tokens."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer: Any = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=list(SPECIAL), show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    core.train_from_iterator(text, trainer)
    core.add_tokens([AddedToken(word, normalized=False, special=False) for word in (*WORDS, *more)])
    return PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="<pad>", bos_token="<bos>", eos_token="<eos>", padding_side="left",
        additional_special_tokens=list(SPECIAL[3:]), clean_up_tokenization_spaces=False,
    )


def tiny_model(tokenizer: Any, seed: int = 0, spread: float = 1.0, context: int = 1024, side: int = IMAGE_SIZE) -> Any:
    """Random weights, wide enough that the greedy reply depends on the picture."""
    import torch
    from transformers import Idefics3Config, Idefics3ForConditionalGeneration

    ids = {word: tokenizer.convert_tokens_to_ids(word) for word in SPECIAL}
    config = Idefics3Config(
        image_token_id=ids["<image>"], pad_token_id=ids["<pad>"], scale_factor=SHUFFLE, tie_word_embeddings=False,
        vision_config={
            "hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 2, "num_attention_heads": 2,
            "image_size": side, "patch_size": PATCH,
        },
        text_config={
            "model_type": "llama", "vocab_size": len(tokenizer), "hidden_size": 128, "intermediate_size": 256,
            "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 4,
            "max_position_embeddings": context, "rms_norm_eps": 1e-5, "tie_word_embeddings": False,
            "bos_token_id": ids["<bos>"], "eos_token_id": ids["<eos>"], "pad_token_id": ids["<pad>"],
        },
    )
    torch.manual_seed(seed)
    model = Idefics3ForConditionalGeneration(config).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim > 1:
                weight.normal_(std=spread if "embed" in name else weight.shape[1:].numel() ** -0.5)
    return model


def image_tokens(side: int) -> int:
    """Of a square picture of so many pixels a side."""
    tokens: int = (side // PATCH // SHUFFLE) ** 2
    return tokens


def save(
    folder: Path, model: Any, tokenizer: Any, template: str = CHAT_TEMPLATE, side: int = IMAGE_SIZE
) -> None:
    """Write everything that the engines read: weights, configs, processor, tokenizer, chat template."""
    from transformers import Idefics3Processor
    from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil

    pixels = Idefics3ImageProcessorPil(
        do_resize=False, size={"longest_edge": side}, max_image_size={"longest_edge": side},
        do_image_splitting=False, do_pad=True, image_mean=[0.5] * 3, image_std=[0.5] * 3,
    )
    processor = Idefics3Processor(pixels, tokenizer, image_seq_len=image_tokens(side), chat_template=template)
    model.generation_config.update(
        do_sample=False, bos_token_id=tokenizer.bos_token_id, pad_token_id=tokenizer.pad_token_id,
        eos_token_id=[tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<end_of_utterance>")],
    )
    processor.save_pretrained(folder)
    model.save_pretrained(folder)


@cache
def tiny_checkpoint(folder: Path) -> Path:
    """A saved checkpoint in this folder."""
    tokenizer = tiny_tokenizer()
    save(folder, tiny_model(tokenizer), tokenizer)
    return folder


@cache
def thinking_checkpoint(folder: Path) -> Path:
    """One that thinks before it answers unless it is told not to, with room for long instructions."""
    tokenizer = tiny_tokenizer((THINK, THOUGHT))
    save(folder, tiny_model(tokenizer, context=8192), tokenizer, THINKING_TEMPLATE)
    return folder
