from __future__ import annotations

import pytest
import torch
from torch.optim import _muon

from idetex_plugin.lab.training.muon import orthogonalised, use_own_precision

ARGUMENTS = ((3.4445, -4.775, 2.0315), 5, 1e-7)


@pytest.mark.parametrize("shape", [(24, 40), (40, 24), (30, 30)])
def test_it_is_what_pytorch_computes_in_bfloat16(shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    grad = torch.randn(*shape, generator=torch.Generator().manual_seed(0))
    theirs = _muon._zeropower_via_newtonschulz(grad, *ARGUMENTS).float()
    ours = orthogonalised(grad, *ARGUMENTS)
    assert ours.dtype == torch.float32
    assert float((ours - theirs).norm() / ours.norm()) < 0.03
    assert 0.5 < float(torch.linalg.matrix_norm(ours, 2)) < 1.5
    monkeypatch.setattr(_muon, "_zeropower_via_newtonschulz", None)
    use_own_precision()
    weight = torch.nn.Parameter(torch.zeros(shape))
    weight.grad = grad
    torch.optim.Muon([weight], lr=1.0, weight_decay=0, momentum=0, nesterov=False).step()
    assert torch.allclose(weight, -ours * max(1, shape[0] / shape[1]) ** 0.5, atol=1e-5)
