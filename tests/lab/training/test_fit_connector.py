import numpy as np
import torch

from idetex_plugin.lab.synthesis import Recipe
from idetex_plugin.lab.training.data import Stream, normalised
from idetex_plugin.lab.training.dense import image_tokens
from idetex_plugin.lab.training.fit_connector import realign, tokens_of
from idetex_plugin.lab.training.model import Architecture
from idetex_plugin.lab.training.train import untrained

SMALL = Architecture(image_size=64, vision_width=64, vision_layers=1, vision_inner=64, text_width=64, text_layers=1)


def test_tokens_come_back_as_near_as_the_tower_allows() -> None:
    torch.manual_seed(0)
    noise = np.random.default_rng(0).integers(0, 256, (90, 90, 3), dtype=np.uint8)
    stream = Stream([noise], Recipe(photo_sides=(64, 90)), size=64, cells=2, seed=1)
    items = [stream.item(index) for index in range(96)]
    fresh = [stream.item(index) for index in range(96, 110)]
    model = untrained(SMALL)
    known, before = tokens_of(model, items), image_tokens(model, normalised(fresh))
    norm = model.model.vision_model.post_layernorm
    with torch.no_grad():
        norm.weight.mul_(torch.rand(64) + 0.5)
        model.model.connector.modality_projection.proj.weight.normal_()
    assert realign(model, items, known) > 0.99
    after = image_tokens(model, normalised(fresh))
    assert float((after - before).detach().square().sum() / before.detach().square().sum()) < 0.01
    with torch.no_grad():
        norm.weight[:48] = 0
        norm.bias[:48] = 0
    assert realign(model, items, known) < 0.9
