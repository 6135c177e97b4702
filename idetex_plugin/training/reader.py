"""The reader stage: the language model learns to read answers and boxes off tokens that already mean something.

Location tokens start as smooth curves over their grid and are taught with neighbours sharing the target, since one
border off is nearly right.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from idetex_plugin.training.packing import IGNORED, Packed, attention_mask
from idetex_plugin.training.tokenizer import places


def smooth_places(model: Any, tokenizer: Any, bins: int) -> torch.Tensor:
    """Start the embeddings of the location tokens as cosines of their place; gives their ids, in order."""
    ids = torch.tensor(tokenizer.convert_tokens_to_ids(places(bins)))
    weight = model.get_input_embeddings().weight
    x = torch.linspace(0, 1, bins + 1)[:, None]
    waves = torch.cos(torch.pi * x * torch.arange(12)) * torch.linspace(1, 0.3, 12)
    mix = torch.randn(12, weight.shape[1], generator=torch.Generator().manual_seed(0))
    curve = waves @ mix
    with torch.no_grad():
        weight[ids] = (curve / curve.std() * weight.std()).to(weight.dtype)
    return ids


def read(model: Any, tokens: torch.Tensor, packed: Packed) -> tuple[torch.Tensor, torch.Tensor]:
    """What the language model makes of packed exchanges: its last hidden states (N, length, width), and those of the
    last view's tokens half way up (N, cells², width).

    tokens: (N, views, cells², width), the image tokens of each photo."""
    embeddings = model.get_input_embeddings()(packed.ids)
    spots = packed.ids == model.config.image_token_id
    embeddings = embeddings.masked_scatter(spots[..., None], tokens.to(embeddings.dtype))
    out = model.model.text_model(
        inputs_embeds=embeddings, position_ids=packed.positions, use_cache=False,
        attention_mask=attention_mask(packed.groups, embeddings.dtype), output_hidden_states=True,
    )  # fmt: skip
    count, _, cells, width = tokens.shape
    middle = out.hidden_states[len(out.hidden_states) // 2]
    return out.last_hidden_state, middle[spots].view(count, -1, width)[:, -cells:]


def reader_loss(
    model: Any, hidden: torch.Tensor, packed: Packed, place_ids: torch.Tensor, place_weight: float, place_spread: float
) -> torch.Tensor:
    """Mean cross-entropy of the answers' tokens, of which location tokens count `place_weight` and are taught with a
    bell `place_spread` bins wide; hidden: the last states (N, length, width)."""
    taught = packed.labels != IGNORED
    logits = model.lm_head(hidden[taught]).float()
    return soft_cross_entropy(logits, packed.labels[taught], place_ids, place_weight, place_spread)


def soft_cross_entropy(
    logits: torch.Tensor, labels: torch.Tensor, place_ids: torch.Tensor, place_weight: float, place_spread: float
) -> torch.Tensor:
    """Weighted mean cross-entropy (M, vocabulary) against (M,); the target of a location token is a bell over its
    neighbours, `place_spread` (standard deviation) wide."""
    logp = F.log_softmax(logits, -1)
    plain = -logp.gather(1, labels[:, None])[:, 0]
    at = labels[:, None] == place_ids[None]
    is_place = at.any(1)
    if not is_place.any():
        return plain.mean()
    centre = at[is_place].float().argmax(1)
    offsets = torch.arange(len(place_ids), device=labels.device)[None] - centre[:, None]
    bell = torch.exp(-0.5 * (offsets / place_spread) ** 2)
    bell = bell / bell.sum(1, keepdim=True)
    placed = -(bell * logp[is_place][:, place_ids]).sum(1)
    weights = torch.where(is_place, place_weight, 1.0)
    return (plain[~is_place].sum() + place_weight * placed.sum()) / weights.sum()

