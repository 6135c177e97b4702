import pytest
import torch

from idetex_plugin.training.model import Architecture, see
from idetex_plugin.training.train import untrained
from idetex_plugin.training.whereabouts import directions, say_where, waves

SMALL = Architecture(image_size=64, vision_width=64, vision_layers=1, vision_inner=64, text_width=64, text_layers=1)


def test_waves_tell_every_token_from_every_other() -> None:
    found = waves(8)
    assert found.shape == (64, 8)
    distances = torch.cdist(found, found) + 10 * torch.eye(64)
    assert distances.min() > 0.1
    left, right = found[0], found[7]
    assert left[0] == pytest.approx(-float(right[0]), abs=1e-6)
    assert torch.equal(left[4:], right[4:])


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_tokens_say_where_they_are_as_loud_as_asked_and_lose_nothing(share: float) -> None:
    torch.manual_seed(0)
    model = untrained(SMALL)
    views = torch.randn(64, 3, 64, 64)
    with torch.no_grad():
        before = see(model, views)
        say_where(model, views, share)
        after = see(model, views)
    added = after - before
    assert float(added.square().sum() / before.square().sum()) == pytest.approx(share, rel=1e-3)
    assert torch.allclose(directions(64) @ directions(64).T, torch.eye(24), atol=1e-5)
    read = (added @ directions(64)[:8].T).mean(0)
    wanted = waves(SMALL.cells)
    agreement = torch.corrcoef(torch.stack([read[:, 0], wanted[:, 0]]))[0, 1]
    assert agreement > 0.9
