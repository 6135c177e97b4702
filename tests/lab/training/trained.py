from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from idetex_plugin.lab.training import loop


def weights(folder: Path) -> dict[str, torch.Tensor]:
    """The tensors of a checkpoint."""
    from safetensors.torch import load_file

    return load_file(folder / "model.safetensors")


@contextmanager
def stopped_at(number: int) -> Iterator[None]:
    """Training in this block is interrupted when it has its loss of this number, counted over all stages."""
    finite, calls = loop.math.isfinite, 0

    def stop(value: float) -> bool:
        nonlocal calls
        calls += 1
        if calls == number:
            raise KeyboardInterrupt
        return finite(value)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(loop.math, "isfinite", stop)
        yield
