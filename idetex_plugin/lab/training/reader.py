"""The reader stage: the language model learns to read answers and boxes off tokens that already mean something.

Location tokens start as smooth curves over their grid and are taught with neighbours sharing the target, since one
border off is nearly right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F

from idetex_plugin.lab.training.config import ReaderConfig
from idetex_plugin.lab.training.packing import IGNORED, ROUND, Packed, attention_mask
from idetex_plugin.lab.training.tokenizer import places
from idetex_plugin.words.vocabulary import Level


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


class Scale(NamedTuple):
    """Tokens that stand for values in order: their ids; how much one counts beside another token; and the standard
    deviation, in values, of the bell over its neighbours that teaches it, or 0 to teach the value alone."""

    ids: torch.Tensor
    weight: float
    spread: float


def scales(tokenizer: Any, stage: ReaderConfig, bins: int, device: torch.device) -> list[Scale]:
    """The location tokens and the levels, as the stage says."""

    def ids(words: Sequence[str]) -> torch.Tensor:
        return torch.tensor(tokenizer.convert_tokens_to_ids(list(words)), device=device)

    places_of, levels = ids(places(bins)), ids([str(level) for level in Level])
    return [Scale(places_of, stage.place_weight, stage.place_spread), Scale(levels, stage.level_weight, 0)]


def reader_loss(model: Any, hidden: torch.Tensor, packed: Packed, graded: Sequence[Scale]) -> torch.Tensor:
    """Mean cross-entropy of the answers' tokens, those of the scales as they say; hidden: the last states (N, length,
    width)."""
    taught = packed.labels != IGNORED
    states = hidden[taught]
    logits = model.lm_head(F.pad(states, (0, 0, 0, -len(states) % ROUND)))[: len(states)].float()
    return soft_cross_entropy(logits, packed.labels[taught], graded)


def soft_cross_entropy(logits: torch.Tensor, labels: torch.Tensor, graded: Sequence[Scale]) -> torch.Tensor:
    """Weighted mean cross-entropy (M, vocabulary) against (M,)."""
    logp = F.log_softmax(logits, -1)
    losses = -logp.gather(1, labels[:, None])[:, 0]
    weights = torch.ones_like(losses)
    for scale in graded:
        at = labels[:, None] == scale.ids[None]
        own = at.any(1)
        weights = weights.masked_fill(own, scale.weight)
        if scale.spread:
            offsets = torch.arange(len(scale.ids), device=labels.device)[None] - at[own].int().argmax(1)[:, None]
            bell = torch.softmax(-0.5 * (offsets / scale.spread) ** 2, 1)
            losses = losses.masked_scatter(own, -(bell * logp[own][:, scale.ids]).sum(1))
    return (weights * losses).sum() / weights.sum()
