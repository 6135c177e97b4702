from __future__ import annotations

import resource
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from idetex_plugin.lab.synthesis import Recipe
from idetex_plugin.lab.training.data import Stream, batches

FEW = 160


@pytest.fixture
def few_files() -> Iterator[None]:
    """As on a machine that lets a process open few files."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def stream() -> Stream:
    photo = np.random.default_rng(0).integers(0, 255, (80, 90, 3), np.uint8)
    return Stream([photo], Recipe(photo_sides=(48, 64)), size=64, cells=2, seed=3)


def test_many_workers_hold_few_files_open_and_give_every_sample_once(few_files: None) -> None:
    """On their way are four batches of eight a worker, with four tensors a sample."""
    drawn = batches(stream(), 8, 4, torch.device("cpu"))
    items = [item for _ in range(12) for item in next(drawn)]
    assert sorted(item.index for item in items) == list(range(96))
    for item in items[::7]:
        again = stream().item(item.index)
        assert (item.regions, item.size, item.looked) == (again.regions, again.size, None)
        for name in ("views", "ranks", "weights", "colours"):
            assert torch.equal(getattr(item, name), getattr(again, name))
