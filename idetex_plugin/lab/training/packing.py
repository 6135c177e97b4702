"""Several exchanges about one photo in one sequence: all see the image's prefix, none sees another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch

from idetex_plugin.dialects import nano
from idetex_plugin.lab.training.dialogue import Turn
from idetex_plugin.lab.training.tokenizer import EOS, FAKE, GLOBAL, IMAGE

IGNORED = -100
ROUND = 32
"""Lengths are multiples of this: kernels are made for each shape, and of few shapes they are made once."""


class Packed(NamedTuple):
    """ids, positions, groups (0 is the prefix, 1… the turns, -1 padding) and labels (what the next token must be, or
    -100), each (N, length)."""

    ids: torch.Tensor
    positions: torch.Tensor
    groups: torch.Tensor
    labels: torch.Tensor


class Packer:
    """Turns text into packed batches for one tokenizer."""

    def __init__(self, tokenizer: object, cells: int, views: int = 2) -> None:
        self.tokenizer = tokenizer
        one = [FAKE, GLOBAL, *[IMAGE] * cells**2, FAKE]
        self.prefix: list[int] = tokenizer.convert_tokens_to_ids(one * views)  # type: ignore[attr-defined]
        self.eos: int = tokenizer.convert_tokens_to_ids(EOS)  # type: ignore[attr-defined]
        self._known: dict[str, list[int]] = {}

    def encode(self, text: str) -> list[int]:
        """Token ids of a text; repeated texts are looked up."""
        if text not in self._known:
            if len(self._known) > 50_000:
                self._known.clear()
            self._known[text] = self.tokenizer.encode(text, add_special_tokens=False)  # type: ignore[attr-defined]
        return self._known[text]

    def pack(self, dialogues: Sequence[Sequence[Turn]]) -> Packed:
        """One row a photo."""
        rows = [self._row(turns) for turns in dialogues]
        longest = -(-max(len(row[0]) for row in rows) // ROUND) * ROUND
        filler = (self.eos, 0, -1, IGNORED)
        columns = [
            torch.tensor([row[k] + [filler[k]] * (longest - len(row[k])) for row in rows]) for k in range(len(filler))
        ]
        return Packed(*columns)

    def _row(self, turns: Sequence[Turn]) -> tuple[list[int], list[int], list[int], list[int]]:
        base = len(self.prefix)
        ids, positions, groups = list(self.prefix), list(range(base)), [0] * base
        labels = [IGNORED] * base
        for number, turn in enumerate(turns, 1):
            asked, answered = self.encode(turn.prompt + nano.ANSWER), [*self.encode(turn.answer), self.eos]
            tokens = asked + answered[:-1]
            ids += tokens
            positions += range(base, base + len(tokens))
            groups += [number] * len(tokens)
            labels += [IGNORED] * (len(asked) - 1) + answered
        return ids, positions, groups, labels


def attention_mask(groups: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Additive mask (N, 1, length, length): causal, to the prefix and to one's own turn."""
    length = groups.shape[1]
    causal = torch.ones(length, length, dtype=torch.bool, device=groups.device).tril()
    same = (groups[:, :, None] == groups[:, None, :]) | (groups == 0)[:, None, :]
    mask = torch.zeros(same.shape, dtype=dtype, device=groups.device)
    return mask.masked_fill(~(same & causal), torch.finfo(dtype).min)[:, None]
