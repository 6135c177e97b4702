"""Tiny checkpoints of families whose processors cut an image into tiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from families import qwen, words
from families.chat import chatml, onevision, speakers

TEXT = {
    "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2,
    "num_key_value_heads": 2, "max_position_embeddings": 32768, "rms_norm_eps": 1e-6, "tie_word_embeddings": False,
}  # fmt: skip
SIGLIP = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2}


def internvl(folder: Path) -> None:
    """InternVL3.5 over Qwen3."""
    _internvl(folder, {"model_type": "qwen3"})


def internvl_moe(folder: Path) -> None:
    """InternVL3.5 over Qwen3 as a mixture of experts."""
    experts = {"num_experts": 4, "num_experts_per_tok": 2, "norm_topk_prob": True, "moe_intermediate_size": 64}
    _internvl(folder, {"model_type": "qwen3_moe", **experts})


def _internvl(folder: Path, kind: dict[str, Any]) -> None:
    import transformers

    named = {
        "start_image_token": "<img>", "end_image_token": "</img>", "context_image_token": "<IMG_CONTEXT>",
        "video_token": "<video>",
    }
    spoken = words.tokenizer(
        ("<|im_start|>",), end="<|im_end|>", pad="<|endoftext|>", plain=("<think>", "</think>"), named=named
    )
    text = {**TEXT, **kind, "head_dim": 32, "vocab_size": words.rows(spoken)}
    config = transformers.InternVLConfig(
        text_config=text, vision_config={**SIGLIP, "image_size": [448, 448], "patch_size": [14, 14]},
        image_token_id=spoken.convert_tokens_to_ids("<IMG_CONTEXT>"), image_seq_length=256, tie_word_embeddings=False,
    )
    size = {"height": 448, "width": 448}
    mean = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
    pixels = transformers.GotOcr2ImageProcessor(size=size, crop_to_patches=True, min_patches=1, max_patches=12, **mean)
    video = transformers.InternVLVideoProcessor(size=size, **mean)
    processor = transformers.InternVLProcessor(
        pixels, spoken, video, image_seq_length=256, chat_template=chatml("<IMG_CONTEXT>\n")
    )
    words.save(folder, transformers.InternVLForConditionalGeneration(config), processor)


def smolvlm(folder: Path) -> None:
    """SmolVLM2."""
    import transformers

    places = tuple(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7))
    special = ("<|im_start|>", "<fake_token_around_image>", "<global-img>", "<image>", "<video>", *places)
    spoken = words.tokenizer(special, end="<end_of_utterance>", pad="<|im_end|>")
    image = spoken.convert_tokens_to_ids("<image>")
    config = transformers.SmolVLMConfig(
        text_config={**TEXT, "model_type": "llama", "vocab_size": words.rows(spoken)},
        vision_config={**SIGLIP, "image_size": 384, "patch_size": 14}, scale_factor=3, image_token_id=image,
        pad_token_id=spoken.pad_token_id, tie_word_embeddings=False,
    )
    sizes: dict[str, Any] = {"size": {"longest_edge": 1536}, "max_image_size": {"longest_edge": 384}}
    processor = transformers.SmolVLMProcessor(
        transformers.SmolVLMImageProcessor(**sizes), spoken, transformers.SmolVLMVideoProcessor(**sizes),
        image_seq_len=81, chat_template=speakers("<image>"),
    )
    words.save(folder, transformers.SmolVLMForConditionalGeneration(config), processor)


def llava_onevision(folder: Path) -> None:
    """LLaVA-OneVision over Qwen2."""
    import transformers

    spoken = words.tokenizer(("<|im_start|>", "<image>", "<video>"), end="<|im_end|>", pad="<|endoftext|>")
    config = transformers.LlavaOnevisionConfig(
        text_config={**TEXT, "model_type": "qwen2", "vocab_size": words.rows(spoken)},
        vision_config={
            **SIGLIP, "model_type": "siglip_vision_model", "image_size": 384, "patch_size": 14,
            "vision_use_head": False,
        },
        image_token_index=spoken.convert_tokens_to_ids("<image>"),
        video_token_index=spoken.convert_tokens_to_ids("<video>"),
        image_grid_pinpoints=transformers.LlavaOnevisionImageProcessor.image_grid_pinpoints, tie_word_embeddings=False,
    )
    processor = transformers.LlavaOnevisionProcessor(
        transformers.LlavaOnevisionImageProcessor(), spoken, transformers.LlavaOnevisionVideoProcessor(),
        num_image_tokens=729, vision_feature_select_strategy="full", chat_template=onevision("<image>"),
    )
    published = {"vision_tower.": "vision_tower.vision_model."}
    words.save(folder, transformers.LlavaOnevisionForConditionalGeneration(config), processor, published)


def minicpm_v(folder: Path) -> None:
    """MiniCPM-V 4.6 over Qwen3.5."""
    import transformers

    named = {
        "image_token": "<|image_pad|>", "video_token": "<|video_pad|>", "image_start_token": "<image>",
        "image_end_token": "</image>", "slice_start_token": "<slice>", "slice_end_token": "</slice>",
        "image_id_start_token": "<image_id>", "image_id_end_token": "</image_id>",
    }
    spoken = words.tokenizer(
        ("<|im_start|>",), end="<|im_end|>", pad="<|endoftext|>", plain=("<think>", "</think>"), named=named
    )
    text = {**TEXT, **qwen.LINEAR, "model_type": "qwen3_5_text", "head_dim": 32, "vocab_size": words.rows(spoken)}
    rope = {"rope_type": "default", "rope_theta": 1e7, "partial_rotary_factor": 0.5}
    config = transformers.MiniCPMV4_6Config(
        text_config={**text, "rope_parameters": rope}, tie_word_embeddings=False, insert_layer_id=1,
        vision_config={**SIGLIP, "num_hidden_layers": 3, "image_size": 980, "patch_size": 14},
        image_token_id=spoken.convert_tokens_to_ids("<|image_pad|>"),
        video_token_id=spoken.convert_tokens_to_ids("<|video_pad|>"),
    )
    processor = transformers.MiniCPMV4_6Processor(
        transformers.MiniCPMV4_6ImageProcessor(), transformers.MiniCPMV4_6VideoProcessor(), spoken,
        chat_template=chatml("<|image_pad|>"),
    )
    words.save(folder, transformers.MiniCPMV4_6ForConditionalGeneration(config), processor)
