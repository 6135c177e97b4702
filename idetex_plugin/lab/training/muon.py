"""PyTorch's Muon on CPUs without bfloat16, where its matrix products would take most of a training step."""

from __future__ import annotations

import torch
from torch.optim import _muon


def orthogonalised(
    grad: torch.Tensor, ns_coefficients: tuple[float, float, float], ns_steps: int, eps: float
) -> torch.Tensor:
    """As `torch.optim._muon._zeropower_via_newtonschulz`, in the gradient's own precision."""
    a, b, c = ns_coefficients
    tall = grad.size(0) > grad.size(1)
    found = grad.T if tall else grad
    found = found / found.norm().clamp(min=eps)
    for _ in range(ns_steps):
        gram = found @ found.T
        found = torch.addmm(found, torch.addmm(gram, gram, gram, beta=b, alpha=c), found, beta=a)
    return found.T if tall else found


def use_own_precision() -> None:
    """Let every Muon of this process compute in its gradients' precision."""
    _muon._zeropower_via_newtonschulz = orthogonalised
