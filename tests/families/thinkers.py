"""Tiny checkpoints of further families that can be told to think."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from families import words
from families.chat import gemma_4, glm_4

TEXT = {
    "hidden_size": 128, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2,
    "num_key_value_heads": 2, "max_position_embeddings": 32768, "rms_norm_eps": 1e-6,
}  # fmt: skip
GLM_VISION = {
    "depth": 2, "hidden_size": 64, "intermediate_size": 128, "num_heads": 2, "out_hidden_size": 128, "image_size": 336,
}  # fmt: skip
GLM_MARKS = {
    "image_start_token_id": "<|begin_of_image|>", "image_end_token_id": "<|end_of_image|>",
    "video_start_token_id": "<|begin_of_video|>", "video_end_token_id": "<|end_of_video|>",
    "image_token_id": "<|image|>", "video_token_id": "<|video|>",
}  # fmt: skip
GLM_SIZES = {
    "ImageProcessor": {"shortest_edge": 12544, "longest_edge": 9633792},
    "VideoProcessor": {"shortest_edge": 12544, "longest_edge": 100352000},
}
PER_LAYER = {"hidden_size_per_layer_input": 16}


def glm_4_6v(folder: Path) -> None:
    """GLM-4.6V Flash: the dense GLM-4.xV."""
    import transformers

    spoken, ids, text = _glm()
    config = transformers.Glm4vConfig(text_config=text, vision_config=GLM_VISION, tie_word_embeddings=False, **ids)
    words.save(folder, transformers.Glm4vForConditionalGeneration(config), _glm_processor("Glm46V", spoken))


def glm_4_5v(folder: Path) -> None:
    """GLM-4.5V: a mixture of experts after a dense layer."""
    import transformers

    spoken, ids, text = _glm()
    experts = {
        "n_routed_experts": 4, "num_experts_per_tok": 2, "n_shared_experts": 1, "moe_intermediate_size": 64,
        "first_k_dense_replace": 1, "head_dim": 64, "use_qk_norm": False,
    }
    config = transformers.Glm4vMoeConfig(
        text_config={**text, **experts}, vision_config=GLM_VISION, tie_word_embeddings=False, **ids
    )
    words.save(folder, transformers.Glm4vMoeForConditionalGeneration(config), _glm_processor("Glm4v", spoken))


def _glm() -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """What the members of the family share: the tokenizer, the ids of its marks, the settings of the language model."""
    special = ("[gMASK]", "<sop>", "<|system|>", "<|assistant|>", *GLM_MARKS.values())
    spoken = words.tokenizer(special, end="<|user|>", pad="<|endoftext|>", plain=("<think>", "</think>", "/nothink"))
    rope = {"rope_type": "default", "rope_theta": 5e5, "mrope_section": [4, 6, 6], "partial_rotary_factor": 0.5}
    ids = {name: spoken.convert_tokens_to_ids(mark) for name, mark in GLM_MARKS.items()}
    return spoken, ids, {**TEXT, "vocab_size": words.rows(spoken), "rope_parameters": rope}


def _glm_processor(name: str, spoken: Any) -> Any:
    import transformers

    pixels, video = (
        getattr(transformers, name + kind)(size=size, patch_size=14, temporal_patch_size=2, merge_size=2)
        for kind, size in GLM_SIZES.items()
    )
    template = glm_4("<|begin_of_image|><|image|><|end_of_image|>")
    return getattr(transformers, f"{name}Processor")(pixels, spoken, video, chat_template=template)


def gemma_4_e(folder: Path) -> None:
    """Gemma 4 with embeddings a layer, without its ear."""
    _gemma_4(folder, PER_LAYER)


def gemma_4_e_first(folder: Path) -> None:
    """The same with the template that was published first."""
    _gemma_4(folder, PER_LAYER, keeps=False)


def gemma_4_moe(folder: Path) -> None:
    """Gemma 4 as a mixture of experts."""
    experts = {"num_experts": 4, "top_k_experts": 2, "moe_intermediate_size": 64}
    _gemma_4(folder, {"enable_moe_block": True, "hidden_size_per_layer_input": 0, **experts})


def _gemma_4(folder: Path, kind: dict[str, Any], keeps: bool = True) -> None:
    """kind: the settings of the language model that differ. keeps: see `gemma_4`."""
    import transformers

    named = {
        "image_token": "<|image|>", "boi_token": "<|image>", "eoi_token": "<image|>", "audio_token": "<|audio|>",
        "boa_token": "<|audio>", "eoa_token": "<audio|>", "video_token": "<|video|>",
    }
    plain = ("<|channel>", "<channel|>", "<|think|>")
    spoken = words.tokenizer(("<|turn>",), begin="<bos>", end="<turn|>", pad="<pad>", plain=plain, named=named)
    ids = {f"{name}_id": spoken.convert_tokens_to_ids(mark) for name, mark in named.items()}
    text = {
        **TEXT, "head_dim": 32, "global_head_dim": 64, "vocab_size": words.rows(spoken), "tie_word_embeddings": True,
        "vocab_size_per_layer_input": words.rows(spoken), **kind,
        "layer_types": ["sliding_attention", "full_attention"], "sliding_window": 512,
    }
    vision = {
        "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2,
        "num_key_value_heads": 2, "head_dim": 32, "default_output_length": 280,
    }
    config = transformers.Gemma4Config(text_config=text, vision_config=vision, audio_config=None, **ids)
    processor = transformers.Gemma4Processor(
        transformers.Gemma4AudioFeatureExtractor(), transformers.Gemma4ImageProcessor(), spoken,
        transformers.Gemma4VideoProcessor(), chat_template=gemma_4("\n\n<|image|>\n\n", keeps),
    )
    words.save(folder, transformers.Gemma4ForConditionalGeneration(config), processor)
