from __future__ import annotations

import threading
from pathlib import Path

import pytest
import torch

from idetex_plugin.lab.training.config import TrainConfig
from idetex_plugin.lab.training.data_parallel import Crew, together
from idetex_plugin.lab.training.train import train
from tests.lab.training.trained import stopped_at, weights


def regression(size: int) -> torch.Tensor:
    """The gradient of a mean squared error over twelve samples, a part of them in each process."""
    torch.manual_seed(0)
    layer, x, y = torch.nn.Linear(5, 2), torch.randn(12, 5), torch.randn(12, 2)

    def work(crew: Crew) -> None:
        torch.nn.functional.mse_loss(layer(x[crew.rank :: crew.size]), y[crew.rank :: crew.size]).backward()
        crew.average(list(layer.parameters()))

    together(size, list(layer.parameters()), work)
    return torch.nn.utils.parameters_to_vector([p.grad for p in layer.parameters()])


@pytest.mark.parametrize("size", [2, 3])
def test_parts_give_the_gradient_of_the_whole(size: int) -> None:
    assert torch.allclose(regression(size), regression(1), atol=1e-6)


def test_where_one_ends_the_others_do_not_wait_for_ever() -> None:
    layer = torch.nn.Linear(2, 2)

    def work(crew: Crew) -> None:
        if crew.rank == 1:
            raise SystemExit
        crew.average(list(layer.parameters()))

    with pytest.raises(threading.BrokenBarrierError):
        together(2, list(layer.parameters()), work)


def config_of(recipe: Path, **more: object) -> TrainConfig:
    dense, reader = {"steps": 4, "batch": 4, "processes": 2}, {"steps": 1, "batch": 1}
    small = {"vision_width": 64, "vision_layers": 1, "vision_inner": 64, "text_width": 64, "text_layers": 1}
    given = {"split": recipe.parent / "split.tsv", "workers": 0, "merges": 40, "architecture": small}
    return TrainConfig.model_validate({**given, "dense": dense, "reader": reader, **more})


def test_two_processes_resume_to_the_same_weights(recipe: Path) -> None:
    config, photos = config_of(recipe, save_minutes=0), recipe.parent
    whole = weights(train(config, "", photos, photos / "whole", lambda _: None))
    with stopped_at(3):
        train(config, "", photos, photos / "parts", lambda _: None)
    resumed = weights(train(config, "", photos, photos / "parts", lambda _: None))
    said = (photos / "parts" / "log" / "train.txt").read_text()
    assert said.count("dense 4: loss") == 1
    for name, weight in whole.items():
        assert torch.equal(weight, resumed[name]), name


def test_a_batch_that_cannot_be_shared_is_refused(recipe: Path) -> None:
    with pytest.raises(ValueError, match="2 processes cannot share a batch of 3"):
        config_of(recipe, dense={"steps": 1, "batch": 3, "processes": 2})
    with pytest.raises(ValueError, match=r"leave out \[online\]"):
        config_of(recipe, online={})
