import numpy as np
import pytest
import torch

from idetex_plugin.lab.synthesis import Recipe
from idetex_plugin.lab.training.data import Stream, normalised
from idetex_plugin.lab.training.dense import image_tokens
from idetex_plugin.lab.training.image_tokens import directions, make_readable, waves
from idetex_plugin.lab.training.model import Architecture
from idetex_plugin.lab.training.train import untrained
from idetex_plugin.words.vocabulary import VIDA

SMALL = Architecture(image_size=64, vision_width=64, vision_layers=1, vision_inner=64, text_width=64, text_layers=1)
SOLID = Recipe(counts=(0, 1), weights={name: float(name == "Meaningless solid color") for name in VIDA.names})


def test_waves_tell_every_token_from_every_other() -> None:
    found = waves(8)
    assert found.shape == (64, 8)
    distances = torch.cdist(found, found) + 10 * torch.eye(64)
    assert distances.min() > 0.1
    left, right = found[0], found[7]
    assert left[0] == pytest.approx(-float(right[0]), abs=1e-6)
    assert torch.equal(left[4:], right[4:])


def test_directions_are_orthonormal() -> None:
    every = torch.cat(directions(64))
    assert torch.allclose(every @ every.T, torch.eye(18), atol=1e-5)


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_tokens_say_where_they_are_and_what_damages_them_as_loud_as_asked(share: float) -> None:
    torch.manual_seed(0)
    noise = np.random.default_rng(0).integers(0, 256, (90, 90, 3), dtype=np.uint8)
    stream = Stream([noise], SOLID, size=64, cells=2, seed=1)
    items = [stream.item(index) for index in range(64)]
    model = untrained(SMALL)
    with torch.no_grad():
        before = image_tokens(model, normalised(items))
        make_readable(model, items, share)
        added = image_tokens(model, normalised(items)) - before
    assert float(added.square().sum() / before.square().sum()) == pytest.approx(2 * share, rel=0.05)
    places, kinds = directions(64)
    read, wanted = (added @ places.T).mean((0, 1)), waves(SMALL.cells)
    assert torch.corrcoef(torch.stack([read[:, 0], wanted[:, 0]]))[0, 1] > 0.9
    solid = VIDA.names.index("Meaningless solid color")
    evidence = (added @ kinds[solid]).mean(1)
    damaged = torch.stack([item.ranks[..., solid].flatten() > 0 for item in items])
    assert evidence[damaged].mean() > evidence[~damaged].mean() + evidence[~damaged].std()


def test_of_damage_that_no_probe_has_tokens_say_nothing() -> None:
    torch.manual_seed(0)
    noise = np.random.default_rng(0).integers(0, 256, (90, 90, 3), dtype=np.uint8)
    stream = Stream([noise], Recipe(counts=(1,)), size=64, cells=2, seed=1)
    items = [stream.item(index) for index in range(4)]
    model = untrained(SMALL)
    with torch.no_grad():
        before = image_tokens(model, normalised(items))
        make_readable(model, items, 0.3)
        added = image_tokens(model, normalised(items)) - before
    assert added.isfinite().all()
    places, kinds = directions(64)
    assert float((added @ kinds.T).abs().max()) < 1e-4 < float((added @ places.T).abs().max())
