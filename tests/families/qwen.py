"""Tiny checkpoints of the Qwen-VL families, with their real processors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from families import words
from families.chat import chatml, chatml_thinking

IMAGE = "<|vision_start|><|image_pad|><|vision_end|>"
SPECIAL = ("<|im_start|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
THINKING = ("<think>", "</think>")
END, PAD = "<|im_end|>", "<|endoftext|>"
TEXT = {
    "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2,
    "num_key_value_heads": 2, "max_position_embeddings": 32768, "rms_norm_eps": 1e-6, "tie_word_embeddings": False,
}  # fmt: skip
LINEAR = {
    "linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_key_head_dim": 128, "linear_value_head_dim": 128,
    "layer_types": ["linear_attention", "full_attention"],
}  # fmt: skip
ROPE_3 = {"rope_type": "default", "rope_theta": 5e6, "mrope_section": [6, 5, 5], "mrope_interleaved": True}
VISION_3 = {
    "depth": 2, "hidden_size": 64, "intermediate_size": 128, "num_heads": 2, "out_hidden_size": 64,
    "num_position_embeddings": 256, "deepstack_visual_indexes": [0],
}  # fmt: skip


def qwen3_vl(folder: Path) -> None:
    """Dense Qwen3-VL."""
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    spoken = _spoken()
    config = Qwen3VLConfig(
        text_config={**TEXT, "head_dim": 32, "vocab_size": words.rows(spoken), "rope_parameters": ROPE_3},
        vision_config=VISION_3, **_ids(spoken),
    )
    words.save(folder, Qwen3VLForConditionalGeneration(config), _processor_3(spoken, chatml(IMAGE)))


def qwen3_vl_moe(folder: Path) -> None:
    """Qwen3-VL as a mixture of experts. These are published as (experts, inputs, outputs). transformers turns them as
    it loads them, knowing them by their shape, and does not turn them back as it writes them."""
    from transformers import Qwen3VLMoeConfig, Qwen3VLMoeForConditionalGeneration

    spoken = _spoken()
    experts = {"num_experts": 4, "num_experts_per_tok": 2, "norm_topk_prob": True, "moe_intermediate_size": 128}
    text = {**TEXT, **experts, "head_dim": 32, "vocab_size": words.rows(spoken), "rope_parameters": ROPE_3}
    config = Qwen3VLMoeConfig(text_config=text, vision_config=VISION_3, **_ids(spoken))
    model, processor = Qwen3VLMoeForConditionalGeneration(config), _processor_3(spoken, chatml(IMAGE))
    words.save(folder, model, processor, turned=".experts.")


def qwen3_5(folder: Path) -> None:
    """Dense Qwen3.5, which thinks unless told not to."""
    _qwen3_5(folder, "Qwen3_5", {})


def qwen3_5_moe(folder: Path) -> None:
    """Qwen3.5 as a mixture of experts."""
    sizes = {"moe_intermediate_size": 64, "shared_expert_intermediate_size": 64}
    _qwen3_5(folder, "Qwen3_5Moe", {"num_experts": 4, "num_experts_per_tok": 2, **sizes})


def _qwen3_5(folder: Path, name: str, experts: dict[str, Any]) -> None:
    import transformers

    spoken = _spoken()
    rope = {
        "rope_type": "default", "rope_theta": 1e7, "mrope_section": [4, 2, 2], "mrope_interleaved": True,
        "partial_rotary_factor": 0.5,
    }
    text = {**TEXT, **LINEAR, **experts, "head_dim": 32, "vocab_size": words.rows(spoken), "rope_parameters": rope}
    vision = {key: value for key, value in VISION_3.items() if key != "deepstack_visual_indexes"}
    config = getattr(transformers, f"{name}Config")(text_config=text, vision_config=vision, **_ids(spoken))
    model = getattr(transformers, f"{name}ForConditionalGeneration")(config)
    words.save(folder, model, _processor_3(spoken, chatml_thinking(IMAGE)))


def qwen2_5_vl(folder: Path) -> None:
    """Qwen2.5-VL."""
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    rope = {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [4, 6, 6]}
    vision = {
        "depth": 2, "hidden_size": 64, "intermediate_size": 128, "num_heads": 2, "out_hidden_size": 64,
        "fullatt_block_indexes": [1], "window_size": 112,
    }
    spoken = _spoken()
    config = Qwen2_5_VLConfig(
        text_config={**TEXT, "vocab_size": words.rows(spoken), "rope_parameters": rope}, vision_config=vision,
        **_ids(spoken),
    )
    processor = _processor_2(spoken, chatml(IMAGE, system="You are a helpful assistant."), "Qwen2_5_VLProcessor")
    words.save(folder, Qwen2_5_VLForConditionalGeneration(config), processor)


def qwen2_vl(folder: Path) -> None:
    """Qwen2-VL, with the tokens that the tuned checkpoints write boxes with."""
    from transformers import Qwen2VLConfig, Qwen2VLForConditionalGeneration

    rope = {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [4, 6, 6]}
    vision = {"depth": 2, "embed_dim": 64, "num_heads": 2, "hidden_size": 64, "mlp_ratio": 2}
    boxes = ("<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>")
    spoken = words.tokenizer((*SPECIAL, *boxes), end=END, pad=PAD)
    config = Qwen2VLConfig(
        text_config={**TEXT, "vocab_size": words.rows(spoken), "rope_parameters": rope}, vision_config=vision,
        **_ids(spoken),
    )
    template = chatml(IMAGE, system="You are a helpful assistant.")
    words.save(folder, Qwen2VLForConditionalGeneration(config), _processor_2(spoken, template, "Qwen2VLProcessor"))


def _spoken() -> Any:
    return words.tokenizer(SPECIAL, end=END, pad=PAD, plain=THINKING)


def _ids(spoken: Any) -> dict[str, Any]:
    names = {
        "image_token_id": "<|image_pad|>", "video_token_id": "<|video_pad|>",
        "vision_start_token_id": "<|vision_start|>", "vision_end_token_id": "<|vision_end|>",
    }
    return {"tie_word_embeddings": False, **{key: spoken.convert_tokens_to_ids(mark) for key, mark in names.items()}}


def _processor_3(spoken: Any, template: str) -> Any:
    from transformers import Qwen2VLImageProcessor, Qwen3VLProcessor, Qwen3VLVideoProcessor

    settings: dict[str, Any] = {
        "patch_size": 16, "temporal_patch_size": 2, "merge_size": 2, "image_mean": [0.5] * 3, "image_std": [0.5] * 3,
    }
    pixels = Qwen2VLImageProcessor(size={"shortest_edge": 65536, "longest_edge": 16777216}, **settings)
    video = Qwen3VLVideoProcessor(size={"shortest_edge": 4096, "longest_edge": 25165824}, **settings)
    return Qwen3VLProcessor(pixels, spoken, video, chat_template=template)


def _processor_2(spoken: Any, template: str, name: str) -> Any:
    import transformers

    settings: dict[str, Any] = {"patch_size": 14, "temporal_patch_size": 2, "merge_size": 2}
    size = {"shortest_edge": 3136, "longest_edge": 12845056}
    pixels = transformers.Qwen2VLImageProcessor(size=size, **settings)
    video = transformers.Qwen2VLVideoProcessor(size=size, **settings)
    return getattr(transformers, name)(pixels, spoken, video, chat_template=template)
