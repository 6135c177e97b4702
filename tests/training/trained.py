from __future__ import annotations

from pathlib import Path

import torch


def weights(folder: Path) -> dict[str, torch.Tensor]:
    """The tensors of a checkpoint."""
    from safetensors.torch import load_file

    return load_file(folder / "model.safetensors")
