from __future__ import annotations

import torch
import torch.nn.functional as F

from idetex_plugin.lab.training.attention import attend


def test_it_gives_what_fused_attention_gives() -> None:
    torch.manual_seed(0)
    query, key, value = (torch.randn(2, 3, 11, 8) for _ in range(3))
    mask = torch.zeros(2, 1, 11, 11).masked_fill(torch.ones(11, 11).triu(1).bool(), torch.finfo(torch.float32).min)
    for given in (None, mask):
        ours, _ = attend(None, query, key, value, given)
        theirs = F.scaled_dot_product_attention(query, key, value, attn_mask=given).transpose(1, 2)
        torch.testing.assert_close(ours, theirs)
