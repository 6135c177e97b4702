"""Attention as two plain matrix products, for training on a CPU.

There, in bfloat16, PyTorch's fused attention of a batch of short sequences takes about three times as long.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import AttentionInterface

NAME = "plain_matmul"


def attend(
    module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attention_mask: torch.Tensor | None,
    scaling: float | None = None, **_: Any,
) -> tuple[torch.Tensor, None]:
    """The transformers attention function: (N, heads, length, head) each -> (N, length, heads, head).

    attention_mask: added to the scores, or None to attend to everything. Keys and values need as many heads as queries.
    """
    scores = (query * (scaling or query.shape[-1] ** -0.5)) @ key.transpose(-1, -2)
    if attention_mask is not None:
        scores = scores + attention_mask
    return (torch.softmax(scores, -1, dtype=scores.dtype) @ value).transpose(1, 2).contiguous(), None


def use_plain_attention(model: Any) -> None:
    """Let a model of equal query and key heads attend this way. Masks given to it must be additive, or None."""
    AttentionInterface.register(NAME, attend)
    model.set_attn_implementation(NAME)
